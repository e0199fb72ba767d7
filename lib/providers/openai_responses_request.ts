import type { OpenAI } from "openai";
import type { JsonObject } from "../base/mod.ts";
import type { Item, MessageItem, ReasoningItem, RequestConfig } from "../protocol/mod.ts";
import type { ModelRequest, ToolDefinition } from "./model.ts";
import { canRead, ignoredSetting, reasoningWarnings, usableReasoning } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { samplingSettings } from "./sampling.ts";
import { toolInput, toolResultText } from "./wire_text.ts";

type Body = Omit<OpenAI.Responses.ResponseCreateParamsStreaming, "input"> & {
  readonly input: readonly InputItem[];
};

/** An input item as pod sends it. The SDK's types want ids, which only a server that stores has. */
type InputItem =
  | {
    readonly type: "message";
    readonly role: "user" | "developer" | "assistant";
    readonly content: readonly { readonly type: "input_text" | "output_text"; text: string }[];
    readonly phase?: string;
  }
  | Omit<OpenAI.Responses.ResponseReasoningItem, "id">
  | OpenAI.Responses.ResponseFunctionToolCall
  | OpenAI.Responses.ResponseInputItem.FunctionCallOutput;

/** `system` is refused by some of the servers that speak this API. */
const ROLES = { user: "user", system: "developer", assistant: "assistant" } as const;

type Setting = keyof RequestConfig;

/** Settings that the ChatGPT backend answers with an error (spec 20 §10.4). */
const REFUSED_BY_CHATGPT: readonly Setting[] = ["max_tokens", "temperature", "top_p"];
/** Settings that models answer with an error which choose their words by themselves. */
const SAMPLING: readonly Setting[] = ["temperature", "top_p"];
/** Settings that the API does not have. */
const UNKNOWN: readonly Setting[] = ["top_k", "stop_sequences"];

/** The body of a Responses request (spec 20 §6.3). The server keeps nothing: all of it is sent each time. */
export function openaiResponsesBody(request: ModelRequest, model: ResolvedModel): Body {
  const { system, items, tools, config, cacheKey } = request;
  const reasoning = usableReasoning(config, model.capability);
  return {
    model: model.modelId,
    ...(system && { instructions: system }),
    input: items.flatMap((item) => inputItems(item, model)),
    ...(tools.length > 0 && { tools: tools.map(functionTool) }),
    tool_choice: "auto",
    parallel_tool_calls: true,
    store: false,
    stream: true,
    // A model that does not reason answers this with an error.
    ...(model.capability.reasoning && { include: ["reasoning.encrypted_content" as const] }),
    ...(reasoning?.kind === "effort" && {
      reasoning: { effort: reasoning.effort as OpenAI.ReasoningEffort, summary: "auto" as const },
    }),
    ...(isChatGpt(model) ? {} : limits(config, model)),
    ...(cacheKey !== undefined && { prompt_cache_key: cacheKey }),
  };
}

/** What `config` asks for and a request to `model` leaves out, one text each. */
export function openaiResponsesUnsupported(config: RequestConfig, model: ResolvedModel): string[] {
  const { modelId, capability } = model;
  const refused = isChatGpt(model)
    ? ignoredSettings(REFUSED_BY_CHATGPT, config, "OpenAI Responses (ChatGPT backend)")
    : ignoredSettings(capability.sampling === false ? SAMPLING : [], config, modelId);
  return [
    ...refused,
    ...ignoredSettings(UNKNOWN, config, "OpenAI Responses"),
    ...(typeof config.reasoning === "number"
      ? [ignoredSetting("reasoning", "OpenAI Responses as a budget")]
      : reasoningWarnings(config, model)),
  ];
}

/** One warning for each of these settings that is set. */
function ignoredSettings(names: readonly Setting[], config: RequestConfig, receiver: string) {
  const isSet = (name: Setting) => {
    const value = config[name];
    return Array.isArray(value) ? value.length > 0 : value !== null;
  };
  return names.filter(isSet).map((name) => ignoredSetting(name, receiver));
}

function isChatGpt({ auth }: ResolvedModel): boolean {
  return auth.kind === "codex_oauth";
}

function limits(config: RequestConfig, { capability }: ResolvedModel) {
  const { top_k: _unknown, ...sampling } = samplingSettings(config);
  return {
    ...(config.max_tokens !== null && { max_output_tokens: config.max_tokens }),
    ...(capability.sampling !== false && sampling),
  };
}

function functionTool({ name, description, inputSchema }: ToolDefinition) {
  return {
    type: "function" as const,
    name,
    ...(description && { description }),
    parameters: withProperties(inputSchema),
    strict: false,
  };
}

/** The API wants to be told that an object has no properties. */
function withProperties(schema: JsonObject): JsonObject {
  if (schema.type !== "object" || schema.properties !== undefined) return schema;
  return { ...schema, properties: {} };
}

function inputItems(item: Item, model: ResolvedModel): InputItem[] {
  switch (item.kind) {
    case "message":
      return messageItems(item);
    case "reasoning":
      return isReadable(item, model) ? [reasoningItem(item)] : [];
    case "tool_call": {
      const { call_id, name, arguments: text } = item;
      const args = JSON.stringify(toolInput(text));
      return [{ type: "function_call", call_id, name, arguments: args }];
    }
    case "tool_result": {
      const text = toolResultText(item);
      const output = item.is_error ? `Error: ${text}` : text;
      return [{ type: "function_call_output", call_id: item.call_id, output }];
    }
  }
}

function messageItems({ role, content, phase }: MessageItem): InputItem[] {
  const type = role === "assistant" ? "output_text" : "input_text";
  const parts = content
    .map((part) => part.kind === "text" ? part.text : part.refusal)
    .filter((text) => text !== "")
    .map((text) => ({ type, text } as const));
  if (parts.length === 0) return [];
  return [{ type: "message", role: ROLES[role], content: parts, ...(phase && { phase }) }];
}

/**
 * Whether there is something in it for the model: what it encrypted, or what it thought in so many
 * words. A summary alone is for people; and what old logs hold without a scheme may be anybody's.
 */
function isReadable(item: ReasoningItem, model: ResolvedModel): boolean {
  if (!canRead(model, item)) return false;
  return Boolean(item.encrypted_content || (item.scheme && item.text));
}

/** Without an id: ids are not in the log, and a server that stores nothing looks for them in vain. */
function reasoningItem({ text, summary = [], encrypted_content }: ReasoningItem): InputItem {
  return {
    type: "reasoning",
    summary: summary.map((text) => ({ type: "summary_text", text })),
    ...(text && { content: [{ type: "reasoning_text" as const, text }] }),
    ...(encrypted_content && { encrypted_content }),
  };
}
