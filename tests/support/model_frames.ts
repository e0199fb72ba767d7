import type { JsonObject } from "../../lib/base/mod.ts";

/** What a scripted model says, before it is put into a wire format. */
export interface Speech {
  /** The answer's text; an array is sent as one delta per element. */
  readonly text?: string | readonly string[];
  /** Shown before the text; an array is sent as one delta per element. */
  readonly thinking?: string | readonly string[];
  /**
   * What must come back unchanged. Anthropic: closes the thinking block. Responses: the thinking,
   * encrypted. Gemini: is on the first call, or ends the text.
   */
  readonly signature?: string;
  readonly toolCalls?: readonly SpokenCall[];
  /** OpenAI only: the model declines in so many words. */
  readonly refusal?: string;
  /** False: the server never reports usage. */
  readonly usage?: SpokenUsage | false;
  /**
   * The wire's own word; by default the one for a good end, with or without calls. Responses has a word
   * only for an answer that is incomplete.
   */
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

/**
 * The speech as the frames of an OpenAI Responses stream, with all the events that the real API sends.
 * What is thought is told in a summary.
 */
export function openaiResponsesFrames(speech: Speech, model: string): string[] {
  const frames: string[] = [];
  const output: object[] = [];
  const send = (type: string, data: object) =>
    frames.push(sse({ type, ...data, sequence_number: frames.length }, type));
  const response = (status: string, more: object = {}) => ({
    response: { id: "resp_test", object: "response", status, model, output, usage: null, ...more },
  });
  const item = (start: object, end: object, deltas: (place: object) => void) => {
    const output_index = output.length;
    const id = `item_${output_index}`;
    const done = { id, ...start, ...end };
    send("response.output_item.added", { output_index, item: { id, ...start } });
    deltas({ output_index, item_id: id });
    send("response.output_item.done", { output_index, item: done });
    output.push(done);
  };
  const part = (kind: "output_text" | "refusal", texts: readonly string[]) => {
    const member = kind === "refusal" ? "refusal" : "text";
    const event = `response.${kind}`;
    const whole = { type: kind, [member]: texts.join("") };
    const phase = speech.toolCalls?.length ? "commentary" : "final_answer";
    const start = { type: "message", role: "assistant", phase, status: "in_progress", content: [] };
    item(start, { status: "completed", content: [whole] }, (place) => {
      const inPart = { ...place, content_index: 0 };
      send("response.content_part.added", { ...inPart, part: { type: kind, [member]: "" } });
      for (const delta of texts) send(`${event}.delta`, { ...inPart, delta });
      send(`${event}.done`, { ...inPart, [member]: whole[member] });
      send("response.content_part.done", { ...inPart, part: whole });
    });
  };

  send("response.created", response("in_progress"));
  send("response.in_progress", response("in_progress"));
  if (speech.thinking !== undefined) {
    const texts = pieces(speech.thinking).filter((text) => text !== "");
    const summary = texts.length > 0 ? [{ type: "summary_text", text: texts.join("") }] : [];
    const { signature: encrypted_content = null } = speech;
    const start = { type: "reasoning", summary: [] };
    item(start, { summary, encrypted_content }, (place) => {
      if (texts.length === 0) return;
      const event = "response.reasoning_summary";
      const inPart = { ...place, summary_index: 0 };
      send(`${event}_part.added`, { ...inPart, part: { type: "summary_text", text: "" } });
      for (const delta of texts) send(`${event}_text.delta`, { ...inPart, delta });
      send(`${event}_text.done`, { ...inPart, text: texts.join("") });
      send(`${event}_part.done`, { ...inPart, part: summary[0] });
    });
  }
  if (speech.text !== undefined) part("output_text", pieces(speech.text));
  if (speech.refusal !== undefined) part("refusal", [speech.refusal]);
  for (const { id: call_id, name, fragments } of calls(speech)) {
    const start = { type: "function_call", status: "in_progress", call_id, name, arguments: "" };
    const args = fragments.join("");
    item(start, { status: "completed", arguments: args }, (place) => {
      const event = "response.function_call_arguments";
      for (const delta of fragments) send(`${event}.delta`, { ...place, delta });
      send(`${event}.done`, { ...place, arguments: args });
    });
  }
  if (speech.inStreamError !== undefined) {
    const { type: code, message } = speech.inStreamError;
    send("error", { code, message, param: null });
    return frames;
  }
  const usage = responsesUsage(speech);
  const reason = speech.stopReason;
  if (reason === undefined) send("response.completed", response("completed", { usage }));
  else {
    const incomplete_details = { reason };
    send("response.incomplete", response("incomplete", { usage, incomplete_details }));
  }
  return frames;
}

function responsesUsage(speech: Speech): object | null {
  const usage = tokens(speech);
  if (usage === undefined) return null;
  const input_tokens = usage.input + usage.cacheRead;
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + usage.output,
  };
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
