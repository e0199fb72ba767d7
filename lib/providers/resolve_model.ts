import type {
  ModelAuth,
  ModelCapability,
  ModelConfig,
  ModelScheme,
  ModelTimeouts,
} from "../manifest/mod.ts";
import type { Catalog } from "./catalog.ts";
import type { CallLimits } from "./http.ts";
import type { ModelPrice } from "./price.ts";
import { ProviderError } from "./provider_error.ts";

/** Everything that is needed to open a model, except the secret itself. */
export interface ResolvedModel {
  /** Id of the catalog provider; the scheme's name for a model without `ref`. */
  readonly provider: string;
  readonly scheme: ModelScheme;
  /**
   * Where the API is, with or without a trailing `/v1`. For scheme `scripted` the scenario: a file's
   * path, or its name when the provider is `demo`.
   */
  readonly baseUrl: string;
  /** The model's id as the provider's API knows it. */
  readonly modelId: string;
  readonly auth: ModelAuth;
  readonly capability: ModelCapability;
  /** In tokens; never above what the backend accepts. */
  readonly contextWindow: number;
  /** The longest answer in tokens, when the catalog knows it. */
  readonly maxOutputTokens?: number;
  /** What its tokens cost, when the catalog knows it. */
  readonly price?: ModelPrice;
  /** Time limits other than the usual ones. */
  readonly limits?: Partial<CallLimits>;
}

const DEFAULT_CONTEXT_WINDOW = 200_000;

/** Where a scheme's API is when neither manifest nor catalog says so (spec 20 §6.0). */
const DEFAULT_BASE_URLS = {
  anthropic: "https://api.anthropic.com",
  openai_chat: "https://api.openai.com",
  openai_responses: "https://api.openai.com/v1",
  gemini: "https://generativelanguage.googleapis.com",
} as const;
const CODEX_BASE_URL = "https://chatgpt.com/backend-api/codex";

/**
 * Finds out which model a `[model]` table means (spec 70 §1.8): the table's own values first, then
 * those of the catalog's model, of its provider, of the scheme. A model that the catalog does not know
 * gets its provider's defaults.
 *
 * @throws {ProviderError} `model`, when the table names no model
 */
export function resolveModel(config: ModelConfig, catalog: Catalog): ResolvedModel {
  const reference = config.ref === undefined ? undefined : splitReference(config.ref);
  const provider = catalog.providers.find((entry) => entry.id === reference?.provider);
  if (reference !== undefined && provider === undefined) {
    throw unusable(
      `model.ref points to unknown provider \`${reference.provider}\`; \`pod models\` lists those that are known`,
    );
  }
  const model = catalog.models.find((entry) =>
    entry.provider === reference?.provider && entry.id === reference.model
  );
  const scheme = given("scheme", config.scheme ?? provider?.scheme);
  const modelId = given("model_id", config.model_id ?? reference?.model);
  const auth = given("auth", config.auth ?? provider?.auth_hint);
  const window = config.context_window ?? model?.context_window ??
    provider?.default_context_window ?? DEFAULT_CONTEXT_WINDOW;
  const maximum = config.max_context_window ?? model?.max_context_window ?? Infinity;
  return {
    provider: provider?.id ?? scheme,
    scheme,
    baseUrl: config.base_url ?? provider?.base_url ?? defaultBaseUrl(scheme, auth, modelId),
    modelId,
    auth,
    capability: config.capability ?? model?.capability ?? provider?.default_capability ??
      defaultCapability(scheme),
    contextWindow: Math.min(window, maximum),
    ...(model?.max_output_tokens !== undefined && { maxOutputTokens: model.max_output_tokens }),
    ...(model?.price !== undefined && config.model_id === undefined && { price: model.price }),
    ...callLimits({ ...provider?.timeouts, ...config.timeouts }),
  };
}

function callLimits(
  { open_ms, first_event_ms, idle_ms }: ModelTimeouts,
): Pick<ResolvedModel, "limits"> {
  const limits = {
    ...(open_ms !== undefined && { openMs: open_ms }),
    ...(first_event_ms !== undefined && { firstEventMs: first_event_ms }),
    ...(idle_ms !== undefined && { idleMs: idle_ms }),
  };
  return Object.keys(limits).length > 0 ? { limits } : {};
}

/** Splits at the first slash only: ids of models may have more. */
function splitReference(reference: string): { provider: string; model: string } {
  const [, provider, model] = /^([^/]+)\/(.+)$/s.exec(reference) ?? [];
  if (provider === undefined || model === undefined) {
    throw unusable(`invalid model.ref \`${reference}\`: must be \`<provider>/<model_id>\``);
  }
  return { provider, model };
}

function given<T>(field: string, value: T | undefined): T {
  if (value === undefined) {
    throw unusable(
      "model.ref omitted; manifest must specify scheme, model_id, and auth " +
        `(missing: ${field})`,
    );
  }
  return value;
}

function unusable(detail: string): ProviderError {
  return new ProviderError("model", `failed to resolve model manifest: ${detail}`);
}

function defaultBaseUrl(scheme: ModelScheme, auth: ModelAuth, modelId: string): string {
  if (scheme === "scripted") return modelId;
  return auth.kind === "codex_oauth" ? CODEX_BASE_URL : DEFAULT_BASE_URLS[scheme];
}

function defaultCapability(scheme: ModelScheme): ModelCapability {
  return {
    tool_calling: "parallel",
    structured_output: "json_schema",
    vision: scheme === "gemini",
    prompt_caching: { kind: "auto" },
  };
}
