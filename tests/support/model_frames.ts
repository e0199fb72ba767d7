import type { JsonObject } from "../../lib/base/mod.ts";

/** What a scripted model says, before it is put into a wire format. */
export interface Speech {
  /** The answer's text; an array is sent as one delta per element. */
  readonly text?: string | readonly string[];
  /** Shown before the text; an array is sent as one delta per element. */
  readonly thinking?: string | readonly string[];
  /** Anthropic: closes the thinking block. Gemini: is on the first call, or ends the text. */
  readonly signature?: string;
  readonly toolCalls?: readonly SpokenCall[];
  /** OpenAI only: the model declines in so many words. */
  readonly refusal?: string;
  /** False: the server never reports usage. */
  readonly usage?: SpokenUsage | false;
  /** The wire's own word; by default the one for a good end, with or without calls. */
  readonly stopReason?: string;
  /** Ends the stream after the content with the provider's error event instead of a proper end. */
  readonly inStreamError?: { readonly type: string; readonly message: string };
}

/** A tool call; `input` is an object, or the argument text as it is, whole or in pieces. */
export interface SpokenCall {
  /** @default `call_1`, `call_2` … within the answer. */
  readonly id?: string;
  readonly name: string;
  readonly input?: JsonObject | string | readonly string[];
}

/** Tokens; `input` is the uncached part of the prompt. */
export interface SpokenUsage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** What Anthropic sends when it has nothing to say for a while. */
export const ANTHROPIC_PING = sse({ type: "ping" }, "ping");

/** The speech as the frames of an Anthropic Messages stream. */
export function anthropicFrames(speech: Speech, model: string): string[] {
  const frames: string[] = [];
  let index = 0;
  const send = (type: string, data: object) => frames.push(sse({ type, ...data }, type));
  const block = (start: object, deltas: readonly object[]) => {
    send("content_block_start", { index, content_block: start });
    for (const delta of deltas) send("content_block_delta", { index, delta });
    send("content_block_stop", { index });
    index++;
  };

  const usage = tokens(speech);
  send("message_start", {
    message: {
      id: "msg_test",
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(usage && {
        usage: {
          input_tokens: usage.input,
          cache_read_input_tokens: usage.cacheRead,
          cache_creation_input_tokens: usage.cacheWrite,
          output_tokens: 1,
        },
      }),
    },
  });
  frames.push(ANTHROPIC_PING);
  if (speech.thinking !== undefined) {
    block({ type: "thinking", thinking: "", signature: "" }, [
      ...pieces(speech.thinking).map((thinking) => ({ type: "thinking_delta", thinking })),
      ...(speech.signature === undefined
        ? []
        : [{ type: "signature_delta", signature: speech.signature }]),
    ]);
  }
  if (speech.text !== undefined) {
    const deltas = pieces(speech.text).map((text) => ({ type: "text_delta", text }));
    block({ type: "text", text: "" }, deltas);
  }
  for (const { id, name, fragments } of calls(speech)) {
    const deltas = fragments.map((partial_json) => ({ type: "input_json_delta", partial_json }));
    block({ type: "tool_use", id, name, input: {} }, deltas);
  }
  if (speech.inStreamError !== undefined) {
    send("error", { error: speech.inStreamError });
    return frames;
  }
  const stop_reason = speech.stopReason ?? (speech.toolCalls?.length ? "tool_use" : "end_turn");
  send("message_delta", {
    delta: { stop_reason, stop_sequence: null },
    ...(usage && { usage: { output_tokens: usage.output } }),
  });
  send("message_stop", {});
  return frames;
}

/** The speech as the frames of an OpenAI Chat Completions stream. */
export function openaiChatFrames(speech: Speech, model: string): string[] {
  const frames: string[] = [];
  const chunk = (data: object) =>
    frames.push(
      sse({ id: "chatcmpl-test", object: "chat.completion.chunk", created: 0, model, ...data }),
    );
  const delta = (content: object, finish_reason: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason }] });

  delta({ role: "assistant", content: "" });
  for (const reasoning_content of pieces(speech.thinking)) delta({ reasoning_content });
  for (const content of pieces(speech.text)) delta({ content });
  if (speech.refusal !== undefined) delta({ refusal: speech.refusal });
  calls(speech).forEach(({ id, name, fragments }, index) => {
    const piece = (call: object) => delta({ tool_calls: [{ index, ...call }] });
    piece({ id, type: "function", function: { name, arguments: "" } });
    for (const text of fragments) piece({ function: { arguments: text } });
  });
  if (speech.inStreamError !== undefined) {
    const { type, message } = speech.inStreamError;
    return [...frames, sse({ error: { code: type, type, message } })];
  }
  delta({}, speech.stopReason ?? (speech.toolCalls?.length ? "tool_calls" : "stop"));
  const usage = tokens(speech);
  if (usage !== undefined) {
    const prompt_tokens = usage.input + usage.cacheRead;
    chunk({
      choices: [],
      usage: {
        prompt_tokens,
        completion_tokens: usage.output,
        total_tokens: prompt_tokens + usage.output,
        prompt_tokens_details: { cached_tokens: usage.cacheRead },
      },
    });
  }
  return [...frames, "data: [DONE]\n\n"];
}

/** The speech as the frames of a Gemini stream; the arguments of its calls must be objects. */
export function geminiFrames(speech: Speech, model: string): string[] {
  const spent = tokens(speech);
  const usageMetadata = spent && {
    promptTokenCount: spent.input + spent.cacheRead,
    candidatesTokenCount: spent.output,
    totalTokenCount: spent.input + spent.cacheRead + spent.output,
    ...(spent.cacheRead > 0 && { cachedContentTokenCount: spent.cacheRead }),
  };
  const chunk = (part: object, finish: object = {}) =>
    geminiFrame({
      candidates: [{ content: { parts: [part], role: "model" }, ...finish, index: 0 }],
      ...(usageMetadata && { usageMetadata }),
      modelVersion: model,
      responseId: "response-test",
    });

  const signed = speech.signature !== undefined && { thoughtSignature: speech.signature };
  const called = calls(speech);
  const frames = [
    ...pieces(speech.thinking).map((text) => chunk({ text, thought: true })),
    ...pieces(speech.text).map((text) => chunk({ text })),
    ...called.map(({ id, name, fragments }, index) => {
      const functionCall = { id, name, args: JSON.parse(fragments.join("")) };
      return chunk({ functionCall, ...(index === 0 && signed) });
    }),
  ];
  if (speech.inStreamError !== undefined) {
    const { type: status, message } = speech.inStreamError;
    return [...frames, geminiFrame({ error: { code: 503, message, status } })];
  }
  const last = { text: "", ...(called.length === 0 && signed) };
  return [...frames, chunk(last, { finishReason: speech.stopReason ?? "STOP" })];
}

/** One frame as Google writes it. */
export function geminiFrame(data: object): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`;
}

/** One frame of an event stream. */
export function sse(data: object, event?: string): string {
  const head = event === undefined ? "" : `event: ${event}\n`;
  return `${head}data: ${JSON.stringify(data)}\n\n`;
}

function pieces(text: string | readonly string[] | undefined): readonly string[] {
  if (text === undefined) return [];
  return typeof text === "string" ? [text] : text;
}

function tokens({ usage = {} }: Speech): Required<SpokenUsage> | undefined {
  if (usage === false) return undefined;
  return { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, ...usage };
}

function calls({ toolCalls = [] }: Speech) {
  return toolCalls.map(({ id, name, input = {} }, position) => ({
    id: id ?? `call_${position + 1}`,
    name,
    fragments: typeof input === "string" || Array.isArray(input)
      ? pieces(input)
      : halves(JSON.stringify(input)),
  }));
}

/** Real servers cut arguments wherever a token ends. */
function halves(text: string): string[] {
  const middle = text.length >> 1;
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "");
}
