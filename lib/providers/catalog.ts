import * as v from "valibot";
import {
  authHint,
  type Env,
  modelCapability,
  modelScheme,
  modelTimeouts,
} from "../manifest/mod.ts";
import { uint } from "../protocol/mod.ts";
import { BUILTIN_CATALOG } from "./builtin_catalog.ts";
import { applyOverrides, modelOverrides, providerOverrides } from "./catalog_overrides.ts";
import { modelPrice } from "./price.ts";

/** A service that offers models (spec 20 §10.2). */
export const catalogProvider = v.object({
  id: v.string(),
  display_name: v.string(),
  scheme: modelScheme,
  base_url: v.exactOptional(v.string()),
  auth_hint: authHint,
  default_capability: v.exactOptional(modelCapability),
  default_context_window: v.exactOptional(uint),
  /** Where the usual ones do not fit. */
  timeouts: v.exactOptional(modelTimeouts),
});
export type CatalogProvider = v.InferOutput<typeof catalogProvider>;

/** A model of a provider; sizes in tokens. */
export const catalogModel = v.object({
  id: v.string(),
  provider: v.string(),
  capability: v.exactOptional(modelCapability),
  context_window: v.exactOptional(uint),
  /** What the backend really accepts, if that is less than the window. */
  max_context_window: v.exactOptional(uint),
  /** The longest answer that the model gives. */
  max_output_tokens: v.exactOptional(uint),
  price: v.exactOptional(modelPrice),
});
export type CatalogModel = v.InferOutput<typeof catalogModel>;

/** What is known about providers and models. */
export interface Catalog {
  readonly providers: readonly CatalogProvider[];
  readonly models: readonly CatalogModel[];
}

/** Reads a text file; null when there is none. */
export type ReadText = (path: string) => Promise<string | null>;

/** The variables that move a builtin provider to another address, as in the vendors' own clients. */
const BASE_URL_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["anthropic", "ANTHROPIC_BASE_URL"],
  ["openai", "OPENAI_BASE_URL"],
]);

/**
 * The builtin catalog with what a person has put on top: the vendors' base URL variables, then
 * `providers.toml` and `models.toml` in `configDirectory`, each on its own (spec 70 §1.8). An entry of
 * a file changes those keys of the builtin entry with the same id that it has, or is a new entry;
 * `replace = true` at the top of a file drops the builtin ones.
 *
 * @throws {ProviderError} `catalog`, when a file cannot be read or is not valid
 */
export async function loadCatalog(
  readText: ReadText,
  configDirectory: string | null,
  env: Env,
): Promise<Catalog> {
  const builtin = {
    providers: BUILTIN_CATALOG.providers.map((provider) => withVendorUrl(provider, env)),
    models: BUILTIN_CATALOG.models,
  };
  if (configDirectory === null) return builtin;
  return {
    providers: await applyOverrides(builtin.providers, {
      name: "provider catalog",
      path: `${configDirectory}/providers.toml`,
      shape: providerOverrides,
      entry: catalogProvider,
      readText,
    }),
    models: await applyOverrides(builtin.models, {
      name: "model catalog",
      path: `${configDirectory}/models.toml`,
      shape: modelOverrides,
      entry: catalogModel,
      readText,
    }),
  };
}

function withVendorUrl(provider: CatalogProvider, env: Env): CatalogProvider {
  const variable = BASE_URL_VARIABLES.get(provider.id);
  const baseUrl = variable === undefined ? undefined : env(variable);
  return baseUrl ? { ...provider, base_url: baseUrl } : provider;
}
