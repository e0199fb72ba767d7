import type { Env, Manifest, ModelConfig, Paths } from "../manifest/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type RequestConfig } from "../protocol/mod.ts";
import {
  defaultModel,
  loadCatalog,
  type Model,
  openModel,
  resolveCredential,
  resolveModel,
} from "../providers/mod.ts";
import { openCredential } from "./credential_file.ts";
import { readNamedText, readTextOrNull } from "./read_text.ts";

/** A model that is ready to be asked. */
export interface ManifestModel {
  readonly model: Model;
  /** The model table with the choice that was made where the manifest left it open. */
  readonly table: ModelConfig;
  /** Variables that may hold a key, its own or another provider's. */
  readonly secretVariables: string[];
}

/**
 * Opens the model that a manifest names, or else the one for which there is a key.
 *
 * @throws {PodError} when there is none that can be used.
 */
export async function openManifestModel(
  manifest: Manifest,
  paths: Paths,
  env: Env,
): Promise<ManifestModel> {
  const named = manifest.model.ref ?? manifest.model.model_id;
  const table = named === undefined
    ? { ...manifest.model, ref: defaultModel(env) }
    : manifest.model;
  const catalog = await loadCatalog(readTextOrNull, paths.config, env);
  const resolved = resolveModel(table, catalog);
  const credential = await resolveCredential(resolved, env, {
    readText: Deno.readTextFile,
    openCredential,
  });
  const readText = (path: string) => readNamedText(path, `scenario ${path}`);
  const model = await openModel(resolved, credential, { readText });
  const auths = [resolved.auth, ...catalog.providers.map((provider) => provider.auth_hint)];
  const secretVariables = auths.flatMap((auth) =>
    auth.kind === "api_key" && auth.env !== undefined ? [auth.env] : []
  );
  return { model, table, secretVariables };
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
