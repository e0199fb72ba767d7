import * as v from "valibot";
import { isJsonObject, type JsonObject } from "../../base/mod.ts";
import { absolutePaths, findAbsolutePath } from "../file_paths.ts";
import { describeIssue, readLayer } from "../parse.ts";
import { partialManifest } from "../schema.ts";
import { suggest } from "../unknown_keys.ts";
import { withoutNull } from "../unset.ts";
import { splitRatios } from "./compaction_ratios.ts";
import { ProfileError } from "./error.ts";
import type { Profile, ProfilePlace } from "./profile.ts";
import { scopeIntent, scopeOf } from "./scope_intent.ts";

/** What a reusable profile has beside, or instead of, the sections of a manifest. */
const ownKeys = v.object({
  slug: v.exactOptional(v.string()),
  description: v.exactOptional(v.string()),
  scope: v.exactOptional(scopeIntent),
  delegation_scope: v.exactOptional(scopeIntent),
});

/** Keys that a profile must not have, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["pod", "a profile is for many pods; their names come from the command line"],
  ["manifest", "a full manifest is no profile; pass it with --manifest"],
  ["config", "a full manifest is no profile; pass it with --manifest"],
]);

const KNOWN_KEYS = Object.keys({ ...ownKeys.entries, ...partialManifest.entries })
  .filter((key) => !REFUSED.has(key));

/**
 * Reads a profile that many pods can share: it names neither a pod nor a place (spec 70 §3.5).
 *
 * @param path for messages; the profile is called after it unless it has a slug
 * @throws {ProfileError} `profile_invalid`
 */
export function readReusableProfile(value: JsonObject, path: string, place: ProfilePlace): Profile {
  const fail = (detail: string) =>
    invalid(`profile evaluation failed for profile ${path}: ${detail}`);
  const body = withoutNull(value);
  refuseKeys(body, fail);
  const own = v.safeParse(ownKeys, body);
  if (!own.success) throw fail(describeIssue(own.issues[0]));
  const { slug = stemOf(path), description, scope, delegation_scope } = own.output;
  const sections = Object.fromEntries(
    Object.entries(body).filter(([key]) => !(key in ownKeys.entries)),
  );
  const { body: plain, ratios } = splitRatios(sections, fail);
  const { manifest, warnings } = readLayer(
    plain,
    null,
    (detail) => invalid(`failed to decode profile manifest/config: ${detail}`),
  );
  const absolute = findAbsolutePath(manifest);
  if (absolute !== undefined) {
    const { key, path } = absolute;
    throw fail(`${key} is an absolute path, which makes sense on one machine only: ${path}`);
  }
  return {
    metadata: { name: slug, description },
    manifest: {
      ...absolutePaths(manifest, place.base),
      scope: scopeOf(scope ?? "workspace_write", place.workspace),
      delegation_scope: delegation_scope && scopeOf(delegation_scope, place.workspace),
    },
    compactionRatios: ratios,
    hasOwnScope: scope !== undefined,
    warnings,
  };
}

function refuseKeys(body: JsonObject, fail: (detail: string) => Error): void {
  for (const key of Object.keys(body)) {
    const reason = REFUSED.get(key);
    if (reason !== undefined) throw fail(`\`${key}\` is not for profiles: ${reason}`);
    if (!KNOWN_KEYS.includes(key)) {
      throw fail(`unknown field in profile: ${key}${suggest(key, KNOWN_KEYS)}`);
    }
  }
  for (const key of ["scope", "delegation_scope"]) {
    const scope = body[key];
    if (isJsonObject(scope) && hasRules(scope)) {
      throw fail(
        `${key}: rules are not for profiles; say "workspace_read" or "workspace_write", ` +
          "or pass a full manifest with --manifest",
      );
    }
  }
}

/** Whether a scope table names its places. */
export function hasRules(scope: JsonObject): boolean {
  return "allow" in scope || "deny" in scope;
}

/** The name of a file without directory and extension; of a qualified name the part after the source. */
function stemOf(path: string): string {
  return path.replace(/^.*[/:]/s, "").replace(/\.[^.]*$/, "");
}

function invalid(message: string): ProfileError {
  return new ProfileError("profile_invalid", message);
}
