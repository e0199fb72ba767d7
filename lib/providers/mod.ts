/**
 * Model APIs behind one contract. In come a `[model]` table, catalog files and environment variables,
 * then requests in pod's own form; out comes a `Model` whose stream is the same for every provider.
 * Files and environment are reached through arguments, the network only by streaming. What
 * reads a wire scheme is loaded with the first model that speaks it, never by importing this module; of
 * the vendors' SDKs only the types are used.
 *
 * @module
 */
export { BUILTIN_CATALOG } from "./builtin_catalog.ts";
export { isRetryable } from "./call_error.ts";
export { type Catalog, loadCatalog, type ReadText } from "./catalog.ts";
export { type CatalogModel, type CatalogProvider } from "./catalog.ts";
export { CodexLogin } from "./codex_login.ts";
export {
  codexAuthPath,
  type Credential,
  type CredentialFiles,
  KEY_VARIABLES,
  keyVariables,
  resolveCredential,
} from "./credential.ts";
export { type CredentialFile } from "./credential_file.ts";
export { defaultModel, defaultModels } from "./default_model.ts";
export * from "./model.ts";
export { openModel, type OpenModelOptions } from "./open_model.ts";
export { costOf, type ModelPrice } from "./price.ts";
export { ProviderError } from "./provider_error.ts";
export { type ResolvedModel, resolveModel } from "./resolve_model.ts";
export { type Trace, type TraceStep } from "./trace.ts";
