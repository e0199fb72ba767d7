import * as v from "valibot";
import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/base/mod.ts";
import type { RecordedRequest } from "./model_server.ts";

/** One piece of a conversation as a request shows it, the same for every wire format. */
export type SentItem =
  | { readonly kind: "text"; readonly role: "user" | "assistant"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string; readonly signature: string }
  | {
    readonly kind: "call";
    readonly id: string;
    readonly name: string;
    readonly input: JsonValue;
    /** Gemini only. */
    readonly signature?: string;
  }
  | {
    readonly kind: "result";
    readonly id: string;
    readonly text: string;
    readonly failed: boolean;
  };

/** What a request says, after it was found to be one that the API takes. */
export interface SentConversation {
  readonly system: string;
  readonly items: readonly SentItem[];
  /** The messages as JSON, one text each; marks that only tell what to cache are left out. */
  readonly messages: readonly string[];
  /** The names of the tools that were offered. */
  readonly tools: readonly string[];
}

/** A text with something in it to read. */
export const text = v.pipe(v.string(), v.regex(/\S/, "a blank text"));
/** A text that may be blank, but not empty. */
export const filled = v.pipe(v.string(), v.nonEmpty());
/** The id of a call. */
export const callId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
/** The name of a tool. */
export const toolName = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
/** Any JSON object. */
export const object = v.custom<JsonObject>(isJsonObject, "no object");
/** A JSON Schema of an object. */
export const objectSchema = v.looseObject({ type: v.literal("object") });
const objectText = v.pipe(
  v.string(),
  v.check((json) => isJsonObject(JSON.parse(json)), "no object in JSON"),
);

const cache_control = v.exactOptional(v.strictObject({ type: v.literal("ephemeral") }));
const textBlock = v.strictObject({ type: v.literal("text"), text, cache_control });
const thinkingBlock = v.strictObject({
  type: v.literal("thinking"),
  thinking: v.string(),
  signature: filled,
});
const toolUseBlock = v.strictObject({
  type: v.literal("tool_use"),
  id: callId,
  name: toolName,
  input: object,
  cache_control,
});
const toolResultBlock = v.strictObject({
  type: v.literal("tool_result"),
  tool_use_id: callId,
  content: filled,
  is_error: v.exactOptional(v.literal(true)),
  cache_control,
});
const userBlock = v.variant("type", [textBlock, toolResultBlock]);
const assistantBlock = v.variant("type", [thinkingBlock, textBlock, toolUseBlock]);

/** @see https://docs.anthropic.com/en/api/messages */
const anthropicRequest = v.strictObject({
  model: filled,
  max_tokens: v.pipe(v.number(), v.integer(), v.minValue(1)),
  system: text,
  messages: v.array(v.variant("role", [
    v.strictObject({
      role: v.literal("user"),
      content: v.union([text, v.pipe(v.array(userBlock), v.nonEmpty())]),
    }),
    v.strictObject({
      role: v.literal("assistant"),
      content: v.pipe(v.array(assistantBlock), v.nonEmpty()),
    }),
  ])),
  tools: v.array(v.strictObject({
    name: toolName,
    description: text,
    input_schema: objectSchema,
  })),
  stream: v.literal(true),
  thinking: v.exactOptional(v.strictObject({
    type: v.literal("enabled"),
    budget_tokens: v.pipe(v.number(), v.integer(), v.minValue(1024)),
  })),
});

/** @see https://platform.openai.com/docs/api-reference/chat/create */
const openaiRequest = v.strictObject({
  model: filled,
  messages: v.array(v.variant("role", [
    v.strictObject({ role: v.literal("system"), content: text }),
    v.strictObject({ role: v.literal("user"), content: text }),
    v.strictObject({
      role: v.literal("assistant"),
      content: v.nullable(text),
      tool_calls: v.exactOptional(v.pipe(
        v.array(v.strictObject({
          id: callId,
          type: v.literal("function"),
          function: v.strictObject({ name: toolName, arguments: objectText }),
        })),
        v.nonEmpty(),
      )),
    }),
    v.strictObject({ role: v.literal("tool"), tool_call_id: callId, content: filled }),
  ])),
  stream: v.literal(true),
  stream_options: v.strictObject({ include_usage: v.literal(true) }),
  tools: v.array(v.strictObject({
    type: v.literal("function"),
    function: v.strictObject({ name: toolName, description: text, parameters: objectSchema }),
  })),
});

const said = v.strictObject({ type: v.literal("input_text"), text });
const answered = v.strictObject({ type: v.literal("output_text"), text });

/**
 * Without storage: an item with an id would be looked for in vain.
 *
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
const responsesItem = v.variant("type", [
  v.variant("role", [
    v.strictObject({
      type: v.literal("message"),
      role: v.picklist(["user", "developer"]),
      content: v.pipe(v.array(said), v.nonEmpty()),
    }),
    v.strictObject({
      type: v.literal("message"),
      role: v.literal("assistant"),
      content: v.pipe(v.array(answered), v.nonEmpty()),
      /** A history that another API made says nothing of it. */
      phase: v.exactOptional(v.picklist(["commentary", "final_answer"])),
    }),
  ]),
  v.strictObject({
    type: v.literal("reasoning"),
    summary: v.array(v.strictObject({ type: v.literal("summary_text"), text })),
    encrypted_content: filled,
  }),
  v.strictObject({
    type: v.literal("function_call"),
    call_id: callId,
    name: toolName,
    arguments: objectText,
  }),
  v.strictObject({
    type: v.literal("function_call_output"),
    call_id: callId,
    output: filled,
  }),
]);

const responsesRequest = v.strictObject({
  model: filled,
  instructions: text,
  input: v.array(responsesItem),
  tools: v.array(v.strictObject({
    type: v.literal("function"),
    name: toolName,
    description: text,
    parameters: v.looseObject({ type: v.literal("object"), properties: object }),
    strict: v.literal(false),
  })),
  tool_choice: v.literal("auto"),
  parallel_tool_calls: v.literal(true),
  store: v.literal(false),
  stream: v.literal(true),
  include: v.tuple([v.literal("reasoning.encrypted_content")]),
  reasoning: v.exactOptional(v.strictObject({ effort: filled, summary: v.literal("auto") })),
  prompt_cache_key: v.pipe(filled, v.maxLength(64)),
});

/** Reads a request as Anthropic would; throws where that API would refuse it. */
export function readAnthropic({ headers, body }: RecordedRequest): SentConversation {
  demand(headers["anthropic-version"] === "2023-06-01", "no API version");
  demand(Boolean(headers["x-api-key"]), "no key");
  const { system, messages, tools, thinking, max_tokens } = v.parse(anthropicRequest, body);
  demand(thinking === undefined || thinking.budget_tokens < max_tokens, "budget over max_tokens");
  demand(count(body, "cache_control") <= 4, "more than four cache marks");

  const items: SentItem[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    // Neighbouring messages of the user are taken as one.
    const isInTurn = role === "user" || messages[index - 1]?.role === "user";
    demand(isInTurn, `message ${index} out of turn`);
    const blocks = typeof content === "string"
      ? [{ type: "text" as const, text: content }]
      : content;
    demand(blocks.at(-1)?.type !== "thinking", `message ${index} ends with a thought`);
    items.push(...blocks.map((block): SentItem => {
      switch (block.type) {
        case "text":
          return { kind: "text", role, text: block.text };
        case "thinking":
          return { kind: "thinking", text: block.thinking, signature: block.signature };
        case "tool_use":
          return { kind: "call", id: block.id, name: block.name, input: block.input };
        case "tool_result":
          return {
            kind: "result",
            id: block.tool_use_id,
            text: block.content,
            failed: block.is_error ?? false,
          };
      }
    }));
  }
  demand(messages.at(-1)?.role === "user", "the last message is not the user's");
  const [firstBlock] = messages.at(-2)?.content ?? [];
  if (thinking !== undefined && typeof firstBlock === "object") {
    demand(
      firstBlock.type === "thinking",
      "an answer with calls that does not begin with thinking",
    );
  }
  checkCalls(items);
  return {
    system,
    items,
    messages: messages.map((message) => JSON.stringify(withoutMarks(message))),
    tools: checkTools(tools.map((tool) => tool.name)),
  };
}

/** Reads a request as OpenAI would; throws where that API would refuse it. */
export function readOpenai({ headers, body }: RecordedRequest): SentConversation {
  demand(/^Bearer \S+$/.test(headers.authorization ?? ""), "no key");
  const { messages, tools } = v.parse(openaiRequest, body);
  const [first, ...others] = messages;
  demand(first?.role === "system", "no system message at the head");

  const items: SentItem[] = [];
  for (const message of others) {
    switch (message.role) {
      case "system":
        throw new Error("a system message within the conversation");
      case "tool":
        items.push({
          kind: "result",
          id: message.tool_call_id,
          text: message.content,
          failed: message.content.startsWith("Error: "),
        });
        break;
      default: {
        const { role, content } = message;
        if (content !== null) items.push({ kind: "text", role, text: content });
        const calls = message.role === "assistant" ? message.tool_calls : undefined;
        demand(content !== null || calls !== undefined, "a message without content");
        for (const { id, function: called } of calls ?? []) {
          items.push({ kind: "call", id, name: called.name, input: JSON.parse(called.arguments) });
        }
      }
    }
  }
  demand(others.at(-1)?.role !== "assistant", "the last message is the assistant's");
  checkCalls(items);
  return {
    system: `${first?.content}`,
    items,
    messages: messages.map((message) => JSON.stringify(message)),
    tools: checkTools(tools.map((tool) => tool.function.name)),
  };
}

/** Reads a request as OpenAI's Responses API would; throws where that API would refuse it. */
export function readResponses({ headers, body }: RecordedRequest): SentConversation {
  demand(/^Bearer \S+$/.test(headers.authorization ?? ""), "no key");
  const { instructions, input, tools } = v.parse(responsesRequest, body);
  const items = input.map((item): SentItem => {
    switch (item.type) {
      case "message": {
        const role = item.role === "assistant" ? "assistant" : "user";
        return { kind: "text", role, text: item.content.map((part) => part.text).join("") };
      }
      case "reasoning": {
        const text = item.summary.map((part) => part.text).join("");
        return { kind: "thinking", text, signature: item.encrypted_content };
      }
      case "function_call": {
        const { call_id: id, name, arguments: args } = item;
        return { kind: "call", id, name, input: JSON.parse(args) };
      }
      case "function_call_output": {
        const { call_id: id, output } = item;
        return { kind: "result", id, text: output, failed: output.startsWith("Error: ") };
      }
    }
  });
  checkCalls(items);
  return {
    system: instructions,
    items,
    messages: input.map((item) => JSON.stringify(item)),
    tools: checkTools(tools.map((tool) => tool.name)),
  };
}

/** Every call is answered exactly once, by the results that follow right after the calls of its message. */
export function checkCalls(items: readonly SentItem[]): void {
  const seen = new Set<string>();
  let open = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (item.kind === "result") {
      demand(open.delete(item.id), `result for ${item.id}, which is not open`);
      continue;
    }
    const previous = items[index - 1];
    if (previous?.kind === "call" && item.kind !== "call") {
      throw new Error(`no result right after call ${previous.id}`);
    }
    if (previous?.kind === "result") demand(open.size === 0, `no result for ${[...open]}`);
    if (item.kind !== "call") continue;
    demand(!seen.has(item.id), `two calls ${item.id}`);
    seen.add(item.id);
    open = open.add(item.id);
  }
  demand(open.size === 0, `no result for ${[...open]}`);
}

/** The names, each of which is there once. */
export function checkTools(names: readonly string[]): readonly string[] {
  demand(new Set(names).size === names.length, "two tools of one name");
  return names;
}

function withoutMarks({ role, content }: { role: string; content: string | readonly object[] }) {
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return { role, content: blocks.map((block) => ({ ...block, cache_control: undefined })) };
}

function count(body: JsonObject, key: string): number {
  return JSON.stringify(body).split(`"${key}":`).length - 1;
}

/** Throws unless the rule holds. */
export function demand(holds: boolean, problem: string): void {
  if (!holds) throw new Error(`invalid request: ${problem}`);
}
