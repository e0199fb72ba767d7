import type { Anthropic } from "@anthropic-ai/sdk";
import type { RequestConfig } from "../protocol/mod.ts";
import {
  anthropicMessages,
  cachedPrefixes,
  isAtToolsWithoutThought,
} from "./anthropic_messages.ts";
import { ModelError, type ModelRequest } from "./model.ts";
import { reasoningWarnings, usableReasoning } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { samplingSettings, samplingWarnings } from "./sampling.ts";

/** Asked for when neither manifest nor catalog knows better; the API needs some number. */
const DEFAULT_MAX_TOKENS = 4096;
/** The least that the API takes as a thinking budget. */
const MIN_BUDGET_TOKENS = 1024;
/**
 * A conversation is not only added to: old tool output is left out, its beginning becomes a summary, a
 * later run has another prompt. The API refuses thoughts from before such a change, and so the request,
 * unless it is asked to leave them out.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/preserved-thinking
 */
const DROP_UNBOUND = { prefix_mismatch_behavior: "drop_block" };

/**
 * The body of a Messages request (spec 20 §6.1).
 *
 * @throws {ModelError} `config`, when the thinking budget does not fit.
 */
export function anthropicBody(
  request: ModelRequest,
  model: ResolvedModel,
): Anthropic.MessageCreateParamsStreaming {
  const { system, items, tools, config, cacheAnchor } = request;
  const { prompt_caching: caching } = model.capability;
  const limit = caching.kind === "explicit" ? caching.max_breakpoints : 0;
  const messages = anthropicMessages(items, cachedPrefixes(items, cacheAnchor, limit), model);
  const mayThink = usableReasoning(config, model.capability)?.kind !== "budget" ||
    !isAtToolsWithoutThought(messages);
  return {
    model: model.modelId,
    max_tokens: longestAnswer(config, model),
    ...(system && { system }),
    messages,
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        name,
        ...(description && { description }),
        input_schema: inputSchema as Anthropic.Tool.InputSchema,
      })),
    }),
    ...(config.stop_sequences.length > 0 && { stop_sequences: config.stop_sequences }),
    stream: true,
    // The SDK's types have dropped sampling settings; the API version that we speak takes them.
    ...(samplingRefusal(config, model) === null && samplingSettings(config)),
    ...(mayThink && thinking(config, model)),
  };
}

/**
 * What `config` asks for and a request to `model` leaves out, one text each.
 *
 * @throws {ModelError} `config`, when the thinking budget does not fit.
 */
export function anthropicUnsupported(config: RequestConfig, model: ResolvedModel): string[] {
  thinking(config, model);
  const refusal = samplingRefusal(config, model);
  return [
    ...reasoningWarnings(config, model),
    ...(refusal === null ? [] : samplingWarnings(config, refusal)),
  ];
}

function longestAnswer({ max_tokens }: RequestConfig, { maxOutputTokens }: ResolvedModel): number {
  return max_tokens ?? maxOutputTokens ?? DEFAULT_MAX_TOKENS;
}

/** Who refuses sampling settings: the API while it is asked to think, or the model at all; or null. */
function samplingRefusal(config: RequestConfig, { modelId, capability }: ResolvedModel) {
  if (usableReasoning(config, capability)) return "Anthropic together with 'reasoning'";
  return capability.sampling === false ? modelId : null;
}

function thinking(config: RequestConfig, model: ResolvedModel) {
  const { capability } = model;
  const isBound = capability.bound_thinking === true;
  const adaptive = { type: "adaptive" as const, ...(isBound && { block_binding: DROP_UNBOUND }) };
  const reasoning = usableReasoning(config, capability);
  // A model whose thoughts are bound thinks in any case.
  if (reasoning === undefined) return isBound ? { thinking: adaptive } : {};
  if (reasoning.kind === "effort") {
    const effort = reasoning.effort as Anthropic.OutputConfig["effort"];
    // Thoughts are shown to whoever asks for thinking; newer models keep them back otherwise.
    return { thinking: { ...adaptive, display: "summarized" as const }, output_config: { effort } };
  }
  const { tokens } = reasoning;
  const maxTokens = longestAnswer(config, model);
  if (tokens < MIN_BUDGET_TOKENS || tokens >= maxTokens) {
    throw new ModelError(
      "config",
      `Config error: the reasoning budget of ${tokens} tokens must be at least ` +
        `${MIN_BUDGET_TOKENS} and below max_tokens (${maxTokens})`,
    );
  }
  return { thinking: { type: "enabled" as const, budget_tokens: tokens } };
}
