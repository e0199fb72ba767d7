import { PodError } from "../base/mod.ts";
import {
  absolutePath,
  type Manifest,
  ManifestError,
  type ParsedManifest,
  type PartialManifest,
  readManifestFile,
  resolveManifest,
} from "../manifest/mod.ts";
import type { Permission, ScopeRule } from "../protocol/mod.ts";

/** What a person asks for when starting a pod. Paths may be relative. */
export interface LaunchOptions {
  /** Where the pod works. Default: where it worked before, else the process's directory. */
  readonly cwd?: string;
  /** The environment, for keys, base directories and the shell. */
  readonly env: Readonly<Record<string, string>>;
  /** Default: from the manifest, else made from the session id. */
  readonly name?: string;
  /** `provider/model`; default: from the manifest, else by the keys in the environment. */
  readonly model?: string;
  readonly manifestPath?: string;
  /** Directories, each with everything below it. */
  readonly allowWrite: readonly string[];
  readonly allowRead: readonly string[];
  readonly deny: readonly string[];
  readonly maxTurns?: number;
  /** Replaces the built-in instructions. */
  readonly instructions?: string;
  /** JSON Schema, as text, of the final answer. */
  readonly outputSchema?: string;
  /** Whether nothing is kept on disk. */
  readonly ephemeral: boolean;
  /** Whether the pod goes away after its run. */
  readonly isOneShot: boolean;
  /** Whether it may work in directories that another live pod claims. */
  readonly share: boolean;
}

/** Where a launch happens. */
export interface LaunchPlace {
  /** Working directory of the pod: absolute, symlinks resolved. */
  readonly cwd: string;
  /** Working directory of this process, which relative options count from. */
  readonly processCwd: string;
}

/** The manifest file of a launch as a layer, or null when none is named. */
export async function readLaunchFile(
  { manifestPath }: LaunchOptions,
  { processCwd }: Pick<LaunchPlace, "processCwd">,
): Promise<ParsedManifest | null> {
  if (manifestPath === undefined) return null;
  return await readManifestFile(absolutePath(processCwd, manifestPath));
}

/**
 * The manifest of a launch: a base, which is the named file or what an earlier start has left, with the
 * flags on top. Without a base, and without a flag that says otherwise, the pod may write in its
 * working directory.
 *
 * @throws {ManifestError}
 */
export function launchManifest(
  name: string,
  base: PartialManifest | null,
  options: LaunchOptions,
  place: LaunchPlace,
): Manifest {
  const layers: PartialManifest[] = [];
  if (base !== null) {
    // A model named by flag replaces the base's, whose parts do not fit another provider; only how
    // patiently it is asked is the same for all.
    const { model: { retry, timeouts } = {} } = base;
    const model = options.model === undefined ? base.model : { retry, timeouts };
    layers.push({ ...base, model });
  }
  layers.push(flagLayer(base !== null, options, place), { pod: { name } });
  try {
    return resolveManifest(layers);
  } catch (error) {
    if (!(error instanceof ManifestError) || options.manifestPath === undefined) throw error;
    const message = `failed to resolve manifest ${options.manifestPath}: ${error.message}`;
    throw new PodError(error.code, message, { cause: error });
  }
}

/** What the flags say about files, with absolute paths. */
function flagLayer(
  hasBase: boolean,
  options: LaunchOptions,
  place: LaunchPlace,
): PartialManifest {
  const rule = (permission: Permission) => (directory: string): ScopeRule => ({
    target: absolutePath(place.processCwd, directory),
    permission,
    recursive: true,
  });
  const allow = [
    ...options.allowWrite.map(rule("write")),
    ...options.allowRead.map(rule("read")),
  ];
  if (allow.length === 0 && !hasBase) {
    allow.push({ target: place.cwd, permission: "write", recursive: true });
  }
  return {
    ...(options.model !== undefined && { model: { ref: options.model } }),
    ...(options.maxTurns !== undefined && { worker: { max_turns: options.maxTurns } }),
    // A denied directory is out of reach altogether, hence `read`.
    scope: { allow, deny: options.deny.map(rule("read")) },
  };
}
