import { messageOf } from "../base/mod.ts";
import { ManifestError } from "./error.ts";
import { parentDirectory } from "./file_paths.ts";
import { type ParsedManifest, parseManifest } from "./parse.ts";
import { type Manifest, resolveManifest } from "./resolve.ts";

/**
 * Reads a manifest file.
 *
 * @param path absolute; with a `base` also relative to the working directory of this process
 * @param base directory that relative paths in the file count from
 * @throws {ManifestError} `manifest_read` or `manifest_parse`
 */
export async function readManifestFile(
  path: string,
  base: string = parentDirectory(path),
): Promise<ParsedManifest> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new ManifestError(
      "manifest_read",
      `failed to read manifest ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return await parseManifest(text, { format: "toml", source: `manifest ${path}`, base });
}

/** Where the layers of a cascade come from. */
export interface CascadeSources {
  /** Holds the user manifest, `manifest.toml`; a missing one is fine. Null: there is none. */
  readonly configDirectory: string | null;
  /** The user manifest by its absolute path; it must exist then. */
  readonly userManifest?: string;
  /** Where the search for `.pod/manifest.toml` starts; it goes upwards. */
  readonly startDirectory: string;
  /** The search stops below it: its `.pod` is the data directory, no project (spec 70 §9-5). */
  readonly homeDirectory: string | null;
  /** TOML texts, the lowest first, with the directory that their relative paths count from. */
  readonly overlays: readonly { readonly text: string; readonly base: string }[];
}

/**
 * Resolves user manifest, project manifest and overlays, in this order, upper ones winning
 * (spec 70 §1.7). The command line does not cascade; this is for programs that embed a pod.
 *
 * @throws {ManifestError}
 */
export async function loadCascade(
  sources: CascadeSources,
): Promise<{ manifest: Manifest; warnings: string[] }> {
  const layers: ParsedManifest[] = [];
  const userManifest = sources.userManifest ?? findUserManifest(sources.configDirectory);
  if (userManifest !== null) layers.push(await readManifestFile(userManifest));
  const { startDirectory, homeDirectory } = sources;
  const project = findProject(startDirectory, homeDirectory, [".pod/manifest.toml"]);
  if (project !== null) {
    layers.push(await readManifestFile(`${project}/.pod/manifest.toml`, project));
  }
  for (const { text, base } of sources.overlays) {
    layers.push(await parseManifest(text, { format: "toml", source: "overlay TOML", base }));
  }
  const warnings = layers.flatMap((layer) => layer.warnings);
  try {
    return { manifest: resolveManifest(layers.map((layer) => layer.manifest)), warnings };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const message = `failed to resolve manifest config: ${error.message}`;
    throw new ManifestError(error.code, message, { cause: error });
  }
}

function findUserManifest(configDirectory: string | null): string | null {
  if (configDirectory === null) return null;
  const path = `${configDirectory}/manifest.toml`;
  return exists(path) ? path : null;
}

/**
 * The closest directory at or above `start`, below `home`, that has one of the `marks`: paths that a
 * project has and others have not. `$HOME/.pod` is the data directory, no project (spec 70 §9-5).
 * Synchronous because a start looks for several: that is three times faster than to wait for each mark.
 */
export function findProject(
  start: string,
  home: string | null,
  marks: readonly string[],
): string | null {
  const top = home !== null && exists(home) ? Deno.realPathSync(home) : null;
  let directory = Deno.realPathSync(start);
  while (directory !== top) {
    if (marks.some((mark) => exists(`${directory}/${mark}`))) return directory;
    if (directory === "/") return null;
    directory = parentDirectory(directory);
  }
  return null;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
