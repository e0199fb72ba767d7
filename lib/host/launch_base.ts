import {
  absolutePath,
  type CompactionRatios,
  parentDirectory,
  parseManifest,
  type PartialManifest,
  type ProfileOrigin,
  type ProfileSources,
  readManifestFile,
  resolveProfile,
} from "../manifest/mod.ts";
import type { LaunchOptions } from "./launch.ts";
import { readStoredManifest, type StoredPod } from "./stored_pod.ts";

/** What a pod is described by before any flag counts. */
export interface LaunchBase {
  readonly manifest: PartialManifest;
  /** What goes in front of the error when it does not make a pod; null: nothing. */
  readonly complaint: string | null;
  readonly profile?: ProfileOrigin;
  readonly compactionRatios?: CompactionRatios;
  /** Whether its scope is only the default one, which scope flags replace instead of adding to it. */
  readonly hasDefaultScope?: boolean;
  /** What is odd about it, a line each. */
  readonly warnings: readonly string[];
}

/**
 * The description that a start was given: a parent's, or a manifest file. Null when there is none.
 *
 * @param processCwd working directory of this process
 * @throws {ManifestError}
 */
export async function givenBase(
  { session, manifestPath }: LaunchOptions,
  processCwd: string,
): Promise<LaunchBase | null> {
  if (session?.kind === "adopted" && session.config !== undefined) {
    const source = "--spawn-config-json";
    const parsed = await parseManifest(session.config, { format: "json", source, base: null });
    return { ...parsed, complaint: `failed to resolve ${source}` };
  }
  if (manifestPath === undefined) return null;
  const base = parentDirectory(absolutePath(processCwd, manifestPath));
  const parsed = await readManifestFile(manifestPath, base);
  return { ...parsed, complaint: `failed to resolve manifest ${manifestPath}` };
}

/**
 * What a pod was described by at its last start. Null for pods of which that is not known.
 *
 * @throws {PodError} `restore` when it cannot be used.
 */
export function storedBase(stored: StoredPod | null): LaunchBase | null {
  const base = stored && readStoredManifest(stored);
  return base && { ...base, complaint: null, warnings: [] };
}

/**
 * What a profile makes of a pod.
 *
 * @throws {ProfileError}
 */
export async function profileBase(selector: string, sources: ProfileSources): Promise<LaunchBase> {
  const { label, origin, hasOwnScope, ...profile } = await resolveProfile(selector, sources);
  return {
    ...profile,
    profile: origin,
    hasDefaultScope: !hasOwnScope,
    complaint: `failed to resolve profile ${label}: failed to resolve profile manifest/config`,
  };
}
