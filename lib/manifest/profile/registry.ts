import * as v from "valibot";
import { messageOf } from "../../base/mod.ts";
import { absolutePath, parentDirectory } from "../file_paths.ts";
import { describeIssue } from "../parse.ts";
import { ProfileError } from "./error.ts";
import {
  parseName,
  type ProfileName,
  type ProfileSelector,
  qualifiedName,
  type RegistrySource,
} from "./selector.ts";

/** The profiles of one place. */
export interface ProfileRegistry {
  readonly source: RegistrySource;
  /** The default that it declares. */
  readonly default: ProfileName | null;
  readonly profiles: readonly RegisteredProfile[];
}

/** A profile that has a name. */
export interface RegisteredProfile {
  readonly source: RegistrySource;
  readonly name: string;
  /** Absolute; the qualified name of one that is built in. */
  readonly path: string;
  readonly description?: string;
}

/** All profiles that have a name, and the one that is taken when none is named. */
export interface Profiles {
  readonly entries: readonly (RegisteredProfile & { readonly isDefault: boolean })[];
  readonly default: ProfileName | null;
}

const names = v.exactOptional(v.record(
  v.string(),
  v.union([
    v.string(),
    v.object({ path: v.string(), description: v.exactOptional(v.string()) }),
  ]),
));

/** A `profiles.toml`; its other top-level keys are nobody's business (spec 70 §3.2). */
const registryFile = v.object({
  default: v.exactOptional(v.string()),
  profile: names,
  entries: names,
});

/**
 * Reads a `profiles.toml`.
 *
 * @param path absolute; relative paths in the file count from its directory
 * @throws {ProfileError} `profile_registry`
 */
export async function parseRegistry(
  text: string,
  path: string,
  source: RegistrySource,
): Promise<ProfileRegistry> {
  const fail = (detail: string, cause?: unknown) =>
    new ProfileError(
      "profile_registry",
      `failed to parse profile registry config ${path}: ${detail}`,
      { cause },
    );
  const { parse } = await import("smol-toml");
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    throw fail(messageOf(error), error);
  }
  const result = v.safeParse(registryFile, parsed);
  if (!result.success) throw fail(describeIssue(result.issues[0]));
  const { default: declared, profile, entries } = result.output;
  if (profile !== undefined && entries !== undefined) {
    throw fail("duplicate field: [entries] is another name of [profile]");
  }
  const base = parentDirectory(path);
  const name = declared === undefined ? null : parseName(declared);
  return {
    source,
    default: name && { ...name, source: name.source ?? source },
    profiles: Object.entries(profile ?? entries ?? {}).map(([name, entry]) => {
      const { path, ...rest } = typeof entry === "string" ? { path: entry } : entry;
      return { source, name, path: absolutePath(base, path), ...rest };
    }),
  };
}

/**
 * The profiles of several places, lowest first. The last default that is declared counts; without any it is
 * the built-in `default`.
 */
export function joinRegistries(registries: readonly ProfileRegistry[]): Profiles {
  const profiles = registries.flatMap((registry) => registry.profiles);
  const builtin = { kind: "name", source: "builtin", name: "default" } as const;
  const chosen = registries.findLast((registry) => registry.default !== null)?.default ??
    (profiles.some((profile) => isNamed(profile, builtin)) ? builtin : null);
  return {
    default: chosen,
    entries: profiles.map((profile) => ({
      ...profile,
      isDefault: chosen !== null && isNamed(profile, chosen),
    })),
  };
}

/**
 * The profile that a selector names.
 *
 * @throws {ProfileError} `profile_not_found` when there is none, or several of that name.
 */
export function selectProfile(
  profiles: Profiles,
  selector: Exclude<ProfileSelector, { kind: "file" }>,
): RegisteredProfile {
  const wanted = selector.kind === "default" ? profiles.default : selector;
  if (wanted === null) throw notFound("no default profile is configured");
  const [found, ...others] = profiles.entries.filter((entry) => isNamed(entry, wanted));
  if (found === undefined) throw notFound(`profile not found: ${qualifiedName(wanted)}`);
  if (others.length === 0) return found;
  const choices = JSON.stringify([found, ...others].map(qualifiedName)).replaceAll(",", ", ");
  throw notFound(
    `ambiguous profile name \`${wanted.name}\`; use a source-qualified selector such as ${choices}`,
  );
}

function isNamed(profile: RegisteredProfile, { source, name }: ProfileName): boolean {
  return profile.name === name && (source === null || profile.source === source);
}

function notFound(message: string): ProfileError {
  return new ProfileError("profile_not_found", message);
}
