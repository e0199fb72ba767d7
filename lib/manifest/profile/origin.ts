import * as v from "valibot";
import { isJsonObject, type JsonValue } from "../../base/mod.ts";
import { describeIssue } from "../parse.ts";
import { withoutNull } from "../unset.ts";
import { REGISTRY_SOURCES } from "./selector.ts";

const text = v.exactOptional(v.string());

/** Which profile a resolved manifest was made from: its member `profile` (spec 70 §1.3). */
const profileOrigin = v.object({
  source: v.variant("kind", [
    v.object({ kind: v.literal("path"), path: v.string() }),
    v.object({
      kind: v.literal("registry"),
      source: v.picklist(REGISTRY_SOURCES),
      name: v.string(),
      /** Absolute; the qualified name of one that is built in. */
      path: v.string(),
    }),
  ]),
  profile: v.exactOptional(v.object({ name: text, description: text, format: text })),
});
export type ProfileOrigin = v.InferOutput<typeof profileOrigin>;

/**
 * The profile that the snapshot of a manifest names, if any.
 *
 * @param fail makes the error for what is wrong
 */
export function readProfileOrigin(
  snapshot: JsonValue,
  fail: (detail: string) => Error,
): ProfileOrigin | undefined {
  if (!isJsonObject(snapshot) || !isJsonObject(snapshot.profile)) return undefined;
  const result = v.safeParse(profileOrigin, withoutNull(snapshot.profile));
  if (result.success) return result.output;
  throw fail(`profile.${describeIssue(result.issues[0])}`);
}
