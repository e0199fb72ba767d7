/**
 * Configuration: what one pod is. In come TOML or JSON texts and environment variables; out comes one
 * resolved manifest with every default filled in and every path absolute, or a `ManifestError` that
 * names the place. Also finds the base directories. Whether a model is usable is the business of
 * `providers/`, what a scope means that of `scope/`.
 *
 * @module
 */
export { ManifestError } from "./error.ts";
export { absolutePath, isAbsolute, parentDirectory } from "./file_paths.ts";
export { type CascadeSources, findProject, loadCascade, readManifestFile } from "./files.ts";
export { mergeManifests } from "./merge.ts";
export * from "./model_schema.ts";
export { type ParsedManifest, parseManifest, type ParseOptions } from "./parse.ts";
export * from "./paths.ts";
export { isPodName } from "./pod_name.ts";
export { type Manifest, resolveManifest } from "./resolve.ts";
export { type PartialManifest, partialManifest } from "./schema.ts";
