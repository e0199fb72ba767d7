/**
 * Configuration: what one pod is. In come TOML or JSON texts, profiles and environment variables; out
 * comes one resolved manifest with every default filled in and every path absolute, or an error that
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
export { type ParsedManifest, parseManifest, type ParseOptions, readLayer } from "./parse.ts";
export * from "./paths.ts";
export { isPodName, podNameFor } from "./pod_name.ts";
export { type CompactionRatios, scaleCompaction } from "./profile/compaction_ratios.ts";
export { ProfileError } from "./profile/error.ts";
export { type ProfileOrigin, readProfileOrigin } from "./profile/origin.ts";
export {
  type ProfileSources,
  type ResolvedProfile,
  resolveProfile,
} from "./profile/resolve_profile.ts";
export { type Manifest, resolveManifest } from "./resolve.ts";
export { type PartialManifest, partialManifest } from "./schema.ts";
export { manifestToml } from "./toml.ts";
