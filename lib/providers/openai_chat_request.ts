import type { OpenAI } from "openai";
import type { Item, RequestConfig, ToolCallItem } from "../protocol/mod.ts";
import { messageText } from "../protocol/mod.ts";
import type { ModelRequest } from "./model.ts";
import { ignoredSetting, reasoningWarnings, usableReasoning } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { samplingSettings, samplingWarnings } from "./sampling.ts";
import { flaggedResultText, toolInput } from "./wire_text.ts";

type Body = OpenAI.Chat.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.Chat.ChatCompletionMessageParam;
type ToolCall = OpenAI.Chat.ChatCompletionMessageFunctionToolCall;

/** The body of a Chat Completions request (spec 20 §6.2). */
export function openaiChatBody(request: ModelRequest, model: ResolvedModel): Body {
  const { system, items, tools, config } = request;
  const reasoning = usableReasoning(config, model.capability);
  const { top_k: _unknown, ...sampling } = samplingSettings(config);
  return {
    model: model.modelId,
    messages: [
      ...(system ? [{ role: "system" as const, content: system }] : []),
      ...openaiChatMessages(items),
    ],
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        type: "function" as const,
        function: { name, ...(description && { description }), parameters: inputSchema },
      })),
    }),
    ...(config.max_tokens !== null && { max_completion_tokens: config.max_tokens }),
    ...(model.capability.sampling !== false && sampling),
    ...(config.stop_sequences.length > 0 && { stop: config.stop_sequences }),
    ...(reasoning?.kind === "effort" && {
      reasoning_effort: reasoning.effort as OpenAI.ReasoningEffort,
    }),
  };
}

/** What `config` asks for and a request to `model` leaves out, one text each. */
export function openaiChatUnsupported(config: RequestConfig, model: ResolvedModel): string[] {
  const takesSampling = model.capability.sampling !== false;
  const refused = takesSampling ? { ...config, temperature: null, top_p: null } : config;
  return [
    ...samplingWarnings(refused, takesSampling ? "OpenAI Chat" : model.modelId),
    ...(typeof config.reasoning === "number"
      ? [ignoredSetting("reasoning", "OpenAI Chat as a budget")]
      : reasoningWarnings(config, model)),
  ];
}

/**
 * History as chat messages. The calls of one answer share a message, which stands right before
 * their results, as the API wants it; reasoning has no place in this API and is left out.
 */
function openaiChatMessages(items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  let calls: ToolCall[] = [];
  const flushCalls = () => {
    if (calls.length > 0) messages.push({ role: "assistant", content: null, tool_calls: calls });
    calls = [];
  };
  for (const item of items) {
    switch (item.kind) {
      case "reasoning":
        break;
      case "tool_call":
        calls.push(toolCall(item));
        break;
      case "tool_result": {
        flushCalls();
        const content = flaggedResultText(item);
        messages.push({ role: "tool", tool_call_id: item.call_id, content });
        break;
      }
      case "message": {
        if (item.role !== "assistant") flushCalls();
        const content = messageText(item);
        // Many servers behind this API take a system message at the head only.
        const role = item.role === "system" ? "user" : item.role;
        if (content !== "") messages.push({ role, content });
      }
    }
  }
  flushCalls();
  return messages;
}

function toolCall({ call_id, name, arguments: text }: ToolCallItem): ToolCall {
  return {
    id: call_id,
    type: "function",
    function: { name, arguments: JSON.stringify(toolInput(text)) },
  };
}
