import { PodError } from "../base/mod.ts";

/**
 * A manifest that cannot be used. Codes: `manifest_read` (the file cannot be read), `manifest_parse`
 * (its text has the wrong syntax or shape), `manifest_invalid` (the layers together make no pod).
 */
export class ManifestError extends PodError {
  override readonly name = "ManifestError";
}
