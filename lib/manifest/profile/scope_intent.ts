import * as v from "valibot";
import { absolutePath, isAbsolute } from "../file_paths.ts";
import type { PartialManifest } from "../schema.ts";

const intent = v.picklist(["workspace_read", "workspace_write"]);

const pathInside = v.pipe(
  v.string(),
  v.check(
    (path) => !isAbsolute(path) && !path.split("/").includes(".."),
    "expected a path inside of the workspace, relative to it",
  ),
);

/** Where a pod may work, without naming a place: that is the workspace it starts in (spec 70 §3.5). */
export const scopeIntent = v.union([
  intent,
  v.strictObject({ intent, deny_write: v.exactOptional(v.array(pathInside), []) }),
]);
export type ScopeIntent = v.InferOutput<typeof scopeIntent>;

/** The rules that an intent comes to in a workspace, which is an absolute directory. */
export function scopeOf(
  scope: ScopeIntent,
  workspace: string,
): NonNullable<PartialManifest["scope"]> {
  const given = typeof scope === "string" ? { intent: scope, deny_write: [] } : scope;
  const permission = given.intent === "workspace_write" ? "write" : "read";
  return {
    allow: [{ target: workspace, permission, recursive: true }],
    deny: given.deny_write.map((path) => ({
      target: absolutePath(workspace, path),
      permission: "write" as const,
      recursive: true,
    })),
  };
}
