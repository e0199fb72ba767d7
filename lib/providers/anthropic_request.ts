import type { Anthropic } from "@anthropic-ai/sdk";
import type { RequestConfig } from "../protocol/mod.ts";
import { anthropicMessages, cachedPrefixes } from "./anthropic_messages.ts";
import { ModelError, type ModelRequest } from "./model.ts";
import { ignoredReasoning, ignoredSetting, type Reasoning, usableReasoning } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";

/** Asked for when neither manifest nor catalog knows better; the API needs some number. */
const DEFAULT_MAX_TOKENS = 4096;
/** The least that the API takes as a thinking budget. */
const MIN_BUDGET_TOKENS = 1024;

/** Settings that the API refuses while the model is asked to think. */
const REFUSED_WHILE_THINKING = ["temperature", "top_p", "top_k"] as const;

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
  const maxTokens = config.max_tokens ?? model.maxOutputTokens ?? DEFAULT_MAX_TOKENS;
  const reasoning = usableReasoning(config, model.capability);
  return {
    model: model.modelId,
    max_tokens: maxTokens,
    ...(system && { system }),
    messages: anthropicMessages(items, cachedPrefixes(items, cacheAnchor, limit)),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        name,
        ...(description && { description }),
        input_schema: inputSchema as Anthropic.Tool.InputSchema,
      })),
    }),
    ...(config.stop_sequences.length > 0 && { stop_sequences: config.stop_sequences }),
    stream: true,
    ...(reasoning ? thinking(reasoning, maxTokens) : sampling(config)),
  };
}

/** What `config` asks for and a request to `model` leaves out, one text each. */
export function anthropicUnsupported(config: RequestConfig, model: ResolvedModel): string[] {
  const reasoning = usableReasoning(config, model.capability);
  const ignored = ignoredReasoning(config, model);
  const texts = ignored === undefined ? [] : [ignored];
  for (const name of REFUSED_WHILE_THINKING) {
    if (reasoning === undefined || config[name] === null) continue;
    texts.push(ignoredSetting(name, "Anthropic together with 'reasoning'"));
  }
  return texts;
}

/** The SDK's types have dropped these settings; the API version that we speak takes them. */
function sampling({ temperature, top_p, top_k }: RequestConfig) {
  return {
    ...(temperature !== null && { temperature }),
    ...(top_p !== null && { top_p }),
    ...(top_k !== null && { top_k }),
  };
}

function thinking(reasoning: Reasoning, maxTokens: number) {
  if (reasoning.kind === "effort") {
    const effort = reasoning.effort as Anthropic.OutputConfig["effort"];
    return { thinking: { type: "adaptive" as const }, output_config: { effort } };
  }
  const { tokens } = reasoning;
  if (tokens < MIN_BUDGET_TOKENS || tokens >= maxTokens) {
    throw new ModelError(
      "config",
      `Config error: the reasoning budget of ${tokens} tokens must be at least ` +
        `${MIN_BUDGET_TOKENS} and below max_tokens (${maxTokens})`,
    );
  }
  return { thinking: { type: "enabled" as const, budget_tokens: tokens } };
}
