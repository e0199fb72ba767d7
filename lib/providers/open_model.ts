import type { Credential } from "./credential.ts";
import { type CallLimits, DEFAULT_CALL_LIMITS } from "./http.ts";
import { withLongestAnswer } from "./longest_answer.ts";
import type { Model, ModelInfo } from "./model.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import type { Trace } from "./trace.ts";

/** What opening a model may need beside the model itself. */
export interface OpenModelOptions {
  /** Time limits that differ from those of the model. */
  readonly limits?: Partial<CallLimits>;
  /** Takes what happens in each call. @default nobody looks */
  readonly trace?: Trace;
  /** Reads the file of a scripted model. */
  readText(path: string): Promise<string>;
}

/** What a wire scheme makes a model of. */
export interface ModelSetup {
  readonly resolved: ResolvedModel;
  readonly info: ModelInfo;
  readonly credential: Credential;
  readonly limits: CallLimits;
  readonly trace?: Trace;
}

/**
 * Makes a model usable. Loads the code of its scheme and sends nothing.
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 * @throws {ProviderError} when a scripted model has no proper scenario.
 */
export async function openModel(
  resolved: ResolvedModel,
  credential: Credential,
  options: OpenModelOptions,
): Promise<Model> {
  const { trace } = options;
  const { maxOutputTokens } = resolved;
  const any = await openScheme(resolved, credential, options);
  const model = maxOutputTokens === undefined ? any : withLongestAnswer(any, maxOutputTokens);
  if (trace === undefined) return model;
  const { tracedModel } = await import("./trace.ts");
  return tracedModel(model, trace);
}

async function openScheme(
  resolved: ResolvedModel,
  credential: Credential,
  options: OpenModelOptions,
): Promise<Model> {
  const { provider, modelId, scheme, contextWindow, price } = resolved;
  const info = { provider, id: modelId, scheme, contextWindow, ...(price && { price }) };
  const limits = { ...DEFAULT_CALL_LIMITS, ...resolved.limits, ...options.limits };
  const setup: ModelSetup = { resolved, info, credential, limits, trace: options.trace };
  switch (scheme) {
    case "anthropic": {
      const { anthropicModel } = await import("./anthropic.ts");
      return anthropicModel(setup);
    }
    case "openai_chat": {
      const { openaiChatModel } = await import("./openai_chat.ts");
      return openaiChatModel(setup);
    }
    case "openai_responses": {
      const { openaiResponsesModel } = await import("./openai_responses.ts");
      return openaiResponsesModel(setup);
    }
    case "gemini": {
      const { geminiModel } = await import("./gemini.ts");
      return geminiModel(setup);
    }
    case "scripted": {
      const { openScripted } = await import("./scripted.ts");
      return openScripted(info, resolved.baseUrl, options.readText);
    }
  }
}
