import { isJsonObject, type JsonObject, messageOf, PodError } from "../../base/mod.ts";
import { absolutePath, parentDirectory } from "../file_paths.ts";
import { BUILTIN_PROFILES } from "./builtin_profiles.ts";
import { discoverProfiles, type ProfilePlaces } from "./discover.ts";
import { ProfileError } from "./error.ts";
import type { ProfileOrigin } from "./origin.ts";
import type { Profile } from "./profile.ts";
import { isProfileArtifact, readProfileArtifact } from "./profile_artifact.ts";
import { selectProfile } from "./registry.ts";
import { readReusableProfile } from "./reusable_profile.ts";
import { parseSelector, type ProfileSelector } from "./selector.ts";

/** Where a profile is looked for, and the pod that it is for. */
export interface ProfileSources extends Omit<ProfilePlaces, "startDirectory"> {
  /** Directory that the paths of selectors count from; absolute. */
  readonly processCwd: string;
  /** Working directory of the pod: absolute, symlinks resolved. */
  readonly workspace: string;
}

/** A profile, and where it came from. */
export interface ResolvedProfile extends Profile {
  readonly origin: ProfileOrigin;
  /** What errors call it. */
  readonly label: string;
}

/**
 * Finds the profile that a selector names and makes a layer of it, for one pod (spec 70 §3).
 *
 * @throws {ProfileError} with what to call the profile in front of what is wrong with it.
 */
export async function resolveProfile(
  selector: string,
  sources: ProfileSources,
): Promise<ResolvedProfile> {
  const parsed = parseSelector(selector);
  const label = parsed.kind === "file" ? parsed.path : selector;
  try {
    const source = await locate(parsed, sources);
    const { metadata, ...profile } = await load(source, sources);
    return { ...profile, metadata, label, origin: { source, profile: metadata } };
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    const message = `failed to resolve profile ${label}: ${error.message}`;
    throw new ProfileError(error.code, message, { cause: error });
  }
}

type Source = ProfileOrigin["source"];

async function locate(selector: ProfileSelector, sources: ProfileSources): Promise<Source> {
  if (selector.kind === "file") {
    return { kind: "path", path: absolutePath(sources.processCwd, selector.path) };
  }
  const profiles = await discoverProfiles({ ...sources, startDirectory: sources.workspace });
  const { source, name, path } = selectProfile(profiles, selector);
  return { kind: "registry", source, name, path };
}

async function load(source: Source, { workspace }: ProfileSources): Promise<Profile> {
  const { path } = source;
  const builtin = source.kind === "registry" && source.source === "builtin"
    ? BUILTIN_PROFILES[source.name]
    : undefined;
  if (builtin !== undefined) {
    return readReusableProfile(builtin, path, { base: workspace, workspace });
  }
  const base = parentDirectory(path);
  const value = await readObject(path);
  return path.endsWith(".json") && isProfileArtifact(value)
    ? readProfileArtifact(value, base)
    : readReusableProfile(value, path, { base, workspace });
}

const FAILED = "profile evaluation failed for profile";

/** A kind of file that can be a profile. */
interface FileKind {
  /** Makes a value of its text. */
  readonly parse: (text: string) => unknown;
  /** What to say when it cannot. */
  readonly failure: string;
}

/** Finds out by an extension what a file is. */
async function fileKind(extension: string): Promise<FileKind | null> {
  switch (extension) {
    case ".toml":
      return { parse: (await import("smol-toml")).parse, failure: FAILED };
    case ".json":
      return {
        parse: JSON.parse,
        failure: "profile evaluation did not produce valid JSON for profile",
      };
    default:
      return null;
  }
}

async function readObject(path: string): Promise<JsonObject> {
  const extension = /\.[^./]*$/.exec(path)?.[0] ?? ".";
  const kind = await fileKind(extension);
  if (kind === null) {
    throw invalid(
      `unsupported profile type ${path}: unsupported profile extension ${extension}; ` +
        "a profile is a .toml or .json file",
    );
  }
  const fail = (failure: string, error: unknown) =>
    invalid(
      `${failure} ${path}: ${messageOf(error)}; mend it, or use --manifest with a TOML manifest`,
      error,
    );
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw fail(FAILED, error);
  }
  let value: unknown;
  try {
    value = kind.parse(text);
  } catch (error) {
    throw fail(kind.failure, error);
  }
  if (isJsonObject(value)) return value;
  throw invalid("invalid profile artifact: profile artifact must be a JSON object");
}

function invalid(message: string, cause?: unknown): ProfileError {
  return new ProfileError("profile_invalid", message, { cause });
}
