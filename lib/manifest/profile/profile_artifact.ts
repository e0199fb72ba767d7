import * as v from "valibot";
import { isJsonObject, type JsonObject } from "../../base/mod.ts";
import { describeIssue, readLayer } from "../parse.ts";
import { withoutNull } from "../unset.ts";
import { ProfileError } from "./error.ts";
import type { Profile } from "./profile.ts";
import { hasRules } from "./reusable_profile.ts";

/** The formats that an artifact may say it has; the second is that of older files. */
const FORMATS = ["pod.profile.v1", "insomnia.nix-profile.v1"];

const text = v.exactOptional(v.string());
const envelope = v.object({
  profile: v.exactOptional(v.object({ format: text, name: text, description: text })),
});

/** Whether a JSON object is a full manifest, with a name and a scope, rather than a reusable profile. */
export function isProfileArtifact(value: JsonObject): boolean {
  if (["profile", "manifest", "config", "pod"].some((key) => key in value)) return true;
  return isJsonObject(value.scope) && hasRules(value.scope);
}

/**
 * Reads a full manifest in an envelope, or without one (spec 70 §3.4).
 *
 * @param base directory that relative paths count from
 * @throws {ProfileError} `profile_invalid`
 */
export function readProfileArtifact(value: JsonObject, base: string): Profile {
  const { manifest, config, ...rest } = withoutNull(value);
  const outer = v.safeParse(envelope, rest);
  if (!outer.success) {
    const detail = describeIssue(outer.issues[0]);
    throw invalid(`failed to decode profile artifact envelope: ${detail}`);
  }
  const { profile = {} } = outer.output;
  if (profile.format !== undefined && !FORMATS.includes(profile.format)) {
    throw invalid(`unsupported profile artifact format: ${profile.format}`);
  }
  if (manifest !== undefined && config !== undefined) {
    throw invalid(
      "invalid profile artifact: profile artifact must not contain both `manifest` and `config`",
    );
  }
  const layer = readLayer(
    manifest ?? config ?? rest,
    base,
    (detail) => invalid(`failed to decode profile manifest/config: ${detail}`),
  );
  return { metadata: profile, ...layer, compactionRatios: {}, hasOwnScope: true };
}

function invalid(message: string): ProfileError {
  return new ProfileError("profile_invalid", message);
}
