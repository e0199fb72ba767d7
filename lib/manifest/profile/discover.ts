import { messageOf } from "../../base/mod.ts";
import { findProject } from "../files.ts";
import { BUILTIN_PROFILES } from "./builtin_profiles.ts";
import { ProfileError } from "./error.ts";
import { joinRegistries, parseRegistry, type ProfileRegistry, type Profiles } from "./registry.ts";
import type { RegistrySource } from "./selector.ts";

const PROJECT_REGISTRY = ".pod/profiles.toml";

/** Where registries of profiles are looked for. */
export interface ProfilePlaces {
  /** Holds the user's `profiles.toml`; absolute. Null: there is none. */
  readonly configDirectory: string | null;
  /** Where the search for `.pod/profiles.toml` starts; it goes upwards. */
  readonly startDirectory: string;
  /** The search stops below it: its `.pod` is the data directory, no project (spec 70 §9-5). */
  readonly homeDirectory: string | null;
}

/**
 * Finds all profiles that have a name (spec 70 §3.2): those that are built in, the user's, the project's.
 * A registry that is not there is fine.
 *
 * @throws {ProfileError} `profile_registry` when one cannot be read or is none.
 */
export async function discoverProfiles(places: ProfilePlaces): Promise<Profiles> {
  const { configDirectory, startDirectory, homeDirectory } = places;
  const project = findProject(startDirectory, homeDirectory, [PROJECT_REGISTRY]);
  return joinRegistries([
    builtinRegistry(),
    await readRegistry(configDirectory && `${configDirectory}/profiles.toml`, "user"),
    await readRegistry(project && `${project}/${PROJECT_REGISTRY}`, "project"),
  ]);
}

function builtinRegistry(): ProfileRegistry {
  const source = "builtin";
  const profiles = Object.entries(BUILTIN_PROFILES).map(([name, { description }]) => ({
    source,
    name,
    path: `${source}:${name}`,
    description,
  } as const));
  return { source, default: null, profiles };
}

async function readRegistry(path: string | null, source: RegistrySource): Promise<ProfileRegistry> {
  if (path === null) return { source, default: null, profiles: [] };
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { source, default: null, profiles: [] };
    throw new ProfileError(
      "profile_registry",
      `failed to read profile registry config ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return await parseRegistry(text, path, source);
}
