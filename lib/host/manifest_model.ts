import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "../agent/mod.ts";
import { PodError } from "../base/mod.ts";
import type { Env, Manifest, ModelConfig, Paths } from "../manifest/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type RequestConfig } from "../protocol/mod.ts";
import {
  type Catalog,
  defaultModel,
  loadCatalog,
  type Model,
  openModel,
  ProviderError,
  resolveCredential,
  type ResolvedModel,
  resolveModel,
  type Trace,
} from "../providers/mod.ts";
import { openCredential } from "./credential_file.ts";
import { readNamedText, readTextOrNull } from "./read_text.ts";

/** A model that is ready to be asked. */
export interface ManifestModel {
  readonly model: Model;
  /** Those to ask in its place, in this order, when it stays down. */
  readonly fallbacks: readonly Model[];
  /** The model table with the choice that was made where the manifest left it open. */
  readonly table: ModelConfig;
  /** Variables that may hold a key, its own or another provider's. */
  readonly secretVariables: string[];
}

/**
 * Opens the model that a manifest names, or else the one for which there is a key, and its fallbacks.
 *
 * @param trace takes what happens in their calls
 * @throws {PodError} when one of them cannot be used.
 */
export async function openManifestModel(
  manifest: Manifest,
  paths: Paths,
  env: Env,
  trace?: Trace,
): Promise<ManifestModel> {
  const named = manifest.model.ref ?? manifest.model.model_id;
  const table = named === undefined
    ? { ...manifest.model, ref: defaultModel(env) }
    : manifest.model;
  const catalog = await loadCatalog(readTextOrNull, paths.config, env);
  const { model, resolved } = await openTable(table, catalog, env, trace);
  const fallbacks: Model[] = [];
  for (const ref of table.fallback ?? []) {
    fallbacks.push(await openFallback({ ref, timeouts: table.timeouts }, catalog, env, trace));
  }
  const auths = [resolved.auth, ...catalog.providers.map((provider) => provider.auth_hint)];
  const secretVariables = auths.flatMap((auth) =>
    auth.kind === "api_key" && auth.env !== undefined ? [auth.env] : []
  );
  return { model, fallbacks, table, secretVariables };
}

/**
 * Opens the model that a table names.
 *
 * @throws {PodError} when it cannot be used.
 */
export async function openTable(
  table: ModelConfig,
  catalog: Catalog,
  env: Env,
  trace?: Trace,
): Promise<{ readonly model: Model; readonly resolved: ResolvedModel }> {
  const resolved = resolveModel(table, catalog);
  const credential = await resolveCredential(resolved, env, {
    readText: Deno.readTextFile,
    openCredential,
  });
  const readText = (path: string) => readNamedText(path, `scenario ${path}`);
  return { model: await openModel(resolved, credential, { readText, trace }), resolved };
}

async function openFallback(
  table: ModelConfig,
  catalog: Catalog,
  env: Env,
  trace: Trace | undefined,
): Promise<Model> {
  try {
    return (await openTable(table, catalog, env, trace)).model;
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    const message = `model.fallback \`${table.ref}\`: ${error.message}`;
    throw new ProviderError(error.code, message, { cause: error });
  }
}

/** How patiently a model table wants its model to be asked. */
export function retrySettings(
  { retry = {} }: ModelConfig,
): { readonly retryPolicy: RetryPolicy; readonly maxContinuations?: number } {
  return {
    retryPolicy: {
      maxAttempts: retry.max_attempts ?? DEFAULT_RETRY_POLICY.maxAttempts,
      baseMs: retry.base_ms ?? DEFAULT_RETRY_POLICY.baseMs,
      capMs: retry.cap_ms ?? DEFAULT_RETRY_POLICY.capMs,
      budgetMs: retry.budget_ms ?? DEFAULT_RETRY_POLICY.budgetMs,
    },
    maxContinuations: retry.max_continuations,
  };
}

/** The generation settings of a manifest. */
export function requestConfig({ worker }: Manifest): RequestConfig {
  return {
    ...DEFAULT_REQUEST_CONFIG,
    max_tokens: worker.max_tokens ?? null,
    temperature: worker.temperature ?? null,
    top_p: worker.top_p ?? null,
    top_k: worker.top_k ?? null,
    stop_sequences: worker.stop_sequences,
    reasoning: worker.reasoning ?? null,
  };
}
