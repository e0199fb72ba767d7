import { PodError } from "../base/mod.ts";
import {
  absolutePath,
  type Manifest,
  ManifestError,
  type PartialManifest,
  readManifestFile,
  resolveManifest,
} from "../manifest/mod.ts";
import type { Permission, ScopeRule } from "../protocol/mod.ts";

/** What a person asks for when starting a pod. Paths may be relative. */
export interface LaunchOptions {
  /** Where the pod works; relative paths of these options count from the process's directory. */
  readonly cwd: string;
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
}

/** Where a launch happens. */
export interface LaunchPlace {
  /** Working directory of the pod: absolute, symlinks resolved. */
  readonly cwd: string;
  /** Working directory of this process, which relative options count from. */
  readonly processCwd: string;
  /** Used when neither flags nor manifest name the pod. */
  readonly defaultName: string;
}

/**
 * The manifest of a launch: the file if one is named, with the flags on top. Without a file, and
 * without a flag that says otherwise, the pod may write in its working directory.
 *
 * @throws {ManifestError}
 */
export async function launchManifest(
  options: LaunchOptions,
  place: LaunchPlace,
): Promise<{ manifest: Manifest; warnings: string[] }> {
  const layers: PartialManifest[] = [{ pod: { name: place.defaultName } }];
  const warnings: string[] = [];
  if (options.manifestPath !== undefined) {
    const path = absolutePath(place.processCwd, options.manifestPath);
    const file = await readManifestFile(path);
    const { model, ...rest } = file.manifest;
    // A model named by flag replaces the file's: its parts do not fit another provider.
    layers.push(options.model === undefined && model !== undefined ? { ...rest, model } : rest);
    warnings.push(...file.warnings);
  }
  layers.push(flagLayer(options, place));
  try {
    return { manifest: resolveManifest(layers), warnings };
  } catch (error) {
    if (!(error instanceof ManifestError) || options.manifestPath === undefined) throw error;
    const message = `failed to resolve manifest ${options.manifestPath}: ${error.message}`;
    throw new PodError(error.code, message, { cause: error });
  }
}

function flagLayer(options: LaunchOptions, place: LaunchPlace): PartialManifest {
  const rule = (permission: Permission) => (directory: string): ScopeRule => ({
    target: absolutePath(place.processCwd, directory),
    permission,
    recursive: true,
  });
  const allow = [
    ...options.allowWrite.map(rule("write")),
    ...options.allowRead.map(rule("read")),
  ];
  if (allow.length === 0 && options.manifestPath === undefined) {
    allow.push({ target: place.cwd, permission: "write", recursive: true });
  }
  return {
    ...(options.name !== undefined && { pod: { name: options.name } }),
    ...(options.model !== undefined && { model: { ref: options.model } }),
    ...(options.maxTurns !== undefined && { worker: { max_turns: options.maxTurns } }),
    // A denied directory is out of reach altogether, hence `read`.
    scope: { allow, deny: options.deny.map(rule("read")) },
  };
}
