import type { JsonObject } from "../base/mod.ts";
import type { RequestConfig } from "../protocol/mod.ts";
import { type GeminiContent, geminiContents } from "./gemini_contents.ts";
import type { ModelRequest } from "./model.ts";
import { type Reasoning, reasoningWarnings, usableReasoning } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { samplingWarnings } from "./sampling.ts";

/**
 * The body of a request, as far as pod fills it in.
 *
 * @see https://ai.google.dev/api/generate-content
 */
export interface GeminiBody {
  readonly contents: readonly GeminiContent[];
  readonly systemInstruction?: GeminiContent;
  readonly tools?: readonly { readonly functionDeclarations: readonly FunctionDeclaration[] }[];
  readonly toolConfig?: { readonly functionCallingConfig: { readonly mode: "AUTO" } };
  readonly generationConfig: GenerationConfig;
}

interface FunctionDeclaration {
  readonly name: string;
  readonly description?: string;
  /** Any JSON Schema; `parameters` would take only a dialect of it. */
  readonly parametersJsonSchema: JsonObject;
}

interface GenerationConfig {
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stopSequences?: readonly string[];
  readonly thinkingConfig?: ThinkingConfig;
}

/** A model takes a level or a budget, not both. */
interface ThinkingConfig {
  readonly thinkingLevel?: string;
  /** In tokens; 0: none, -1: as many as the model likes. */
  readonly thinkingBudget?: number;
  readonly includeThoughts?: boolean;
}

/** The body of a `streamGenerateContent` request (spec 20 §6.4). */
export function geminiBody(request: ModelRequest, model: ResolvedModel): GeminiBody {
  const { system, items, tools, config } = request;
  const reasoning = usableReasoning(config, model.capability);
  return {
    contents: geminiContents(items, model),
    ...(system && { systemInstruction: { role: "user", parts: [{ text: system }] } }),
    ...(tools.length > 0 && {
      tools: [{
        functionDeclarations: tools.map(({ name, description, inputSchema }) => ({
          name,
          ...(description && { description }),
          parametersJsonSchema: inputSchema,
        })),
      }],
      toolConfig: { functionCallingConfig: { mode: "AUTO" } },
    }),
    generationConfig: {
      ...(config.max_tokens !== null && { maxOutputTokens: config.max_tokens }),
      ...(model.capability.sampling !== false && sampling(config)),
      ...(config.stop_sequences.length > 0 && { stopSequences: config.stop_sequences }),
      ...(reasoning && { thinkingConfig: thinkingConfig(reasoning) }),
    },
  };
}

/** What `config` asks for and a request to `model` leaves out, one text each. */
export function geminiUnsupported(config: RequestConfig, model: ResolvedModel): string[] {
  const { modelId, capability } = model;
  return [
    ...(capability.sampling === false ? samplingWarnings(config, modelId) : []),
    ...reasoningWarnings(config, model),
  ];
}

function sampling({ temperature, top_p: topP, top_k: topK }: RequestConfig) {
  return {
    ...(temperature !== null && { temperature }),
    ...(topP !== null && { topP }),
    ...(topK !== null && { topK }),
  };
}

/** Thoughts are shown to whoever asks for thinking; with a budget of 0 the API refuses to show any. */
function thinkingConfig(reasoning: Reasoning): ThinkingConfig {
  if (reasoning.kind === "effort") {
    return { thinkingLevel: reasoning.effort, includeThoughts: true };
  }
  const { tokens } = reasoning;
  return { thinkingBudget: tokens, ...(tokens !== 0 && { includeThoughts: true }) };
}
