import { resolveInput } from "../context/mod.ts";
import type { Manifest } from "../manifest/mod.ts";
import type { PodParts } from "../pod/mod.ts";
import type { ScopedFiles } from "../tools/mod.ts";

/** What references in a user's input are looked up with. */
export interface InputSources {
  readonly manifest: Manifest;
  /** The pod's working directory: absolute. */
  readonly cwd: string;
  readonly files: ScopedFiles;
}

/** Looks up what an input of a pod refers to. */
export function inputResolver({ manifest, cwd, files }: InputSources): PodParts["resolveInput"] {
  const options = { files, cwd, maxBytes: manifest.worker.file_upload.max_bytes };
  return (segments, signal) => resolveInput(segments, options, signal);
}
