import type { EventSourceMessage } from "eventsource-parser";
import type { StopReason } from "../protocol/mod.ts";
import { streamError } from "./call_error.ts";
import type { EventReader } from "./event_stream.ts";
import type { BlockHead, ModelEvent, ReasoningData, Usage } from "./model.ts";

/**
 * A parsed event of a Messages stream, as far as it is read. Every member may be missing:
 * compatible servers leave out what they do not know, and event, block and delta types are added
 * all the time.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export interface AnthropicEvent {
  readonly type: string;
  readonly index?: number;
  readonly message?: { readonly usage?: AnthropicUsage | null };
  readonly usage?: AnthropicUsage | null;
  readonly content_block?: {
    readonly type: string;
    readonly id?: string;
    readonly name?: string;
    readonly input?: object;
    readonly text?: string;
    readonly thinking?: string;
    readonly signature?: string;
    readonly data?: string;
  };
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly thinking?: string;
    readonly partial_json?: string;
    readonly signature?: string;
    readonly stop_reason?: string | null;
  };
}

interface AnthropicUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
}

/**
 * An event as it stands on the wire; undefined for one that says only that the server is there.
 *
 * @throws {SyntaxError} when it is not JSON.
 * @throws {ModelError} when it is the server's error.
 */
export function parseAnthropicEvent({ data }: EventSourceMessage): AnthropicEvent | undefined {
  const event = JSON.parse(data);
  if (event?.type === "error") throw streamError(event, undefined);
  return event?.type === "ping" ? undefined : event;
}

/** A block that has started and not yet stopped. */
interface OpenBlock {
  readonly kind: BlockHead["kind"];
  signature: string;
  readonly redacted?: string;
  /** Arguments that came whole with the start of a call; they count if no delta follows. */
  wholeInput?: string;
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  end_turn: "end_turn",
  max_tokens: "max_tokens",
  model_context_window_exceeded: "max_tokens",
  refusal: "refusal",
  stop_sequence: "stop_sequence",
  tool_use: "tool_use",
};

/** Reads one Messages stream (spec 20 §6.1). */
export class AnthropicReader implements EventReader<AnthropicEvent> {
  stopReason: StopReason | undefined;
  readonly #open = new Map<number, OpenBlock>();
  #usage: AnthropicUsage = {};
  #announced: StopReason = "end_turn";

  read(event: AnthropicEvent, out: ModelEvent[]): void {
    switch (event.type) {
      case "content_block_delta":
        return this.#extend(event, out);
      case "content_block_start":
        return this.#start(event, out);
      case "content_block_stop":
        return this.#stop(event.index ?? 0, out);
      case "message_start":
        return this.#report(event.message?.usage, out);
      case "message_delta":
        this.#announced = STOP_REASONS[event.delta?.stop_reason ?? ""] ?? this.#announced;
        return this.#report(event.usage, out);
      case "message_stop":
        for (const index of this.#open.keys()) this.#stop(index, out);
        this.stopReason = this.#announced;
    }
  }

  #start({ index = 0, content_block: block }: AnthropicEvent, out: ModelEvent[]): void {
    switch (block?.type) {
      case "text":
        return this.#openBlock(index, { kind: "text" }, block.text, {}, out);
      case "thinking": {
        const { signature = "" } = block;
        return this.#openBlock(index, { kind: "thinking" }, block.thinking, { signature }, out);
      }
      case "redacted_thinking":
        return this.#openBlock(index, { kind: "thinking" }, "", { redacted: block.data }, out);
      case "tool_use": {
        const { id = "", name = "", input = {} } = block;
        const wholeInput = Object.keys(input).length > 0 ? JSON.stringify(input) : undefined;
        return this.#openBlock(index, { kind: "tool_call", id, name }, "", { wholeInput }, out);
      }
    }
  }

  #openBlock(
    index: number,
    head: BlockHead,
    text: string | undefined,
    facts: Partial<OpenBlock>,
    out: ModelEvent[],
  ): void {
    this.#open.set(index, { kind: head.kind, signature: "", ...facts });
    out.push({ type: "block_start", index, block: head });
    if (text) out.push({ type: "block_delta", index, text });
  }

  #extend({ index = 0, delta }: AnthropicEvent, out: ModelEvent[]): void {
    const block = this.#open.get(index);
    if (block === undefined) return;
    switch (delta?.type) {
      case "text_delta":
        return pushText(index, delta.text, out);
      case "thinking_delta":
        return pushText(index, delta.thinking, out);
      case "input_json_delta":
        if (delta.partial_json) block.wholeInput = undefined;
        return pushText(index, delta.partial_json, out);
      case "signature_delta":
        block.signature += delta.signature ?? "";
    }
  }

  #stop(index: number, out: ModelEvent[]): void {
    const block = this.#open.get(index);
    if (block === undefined) return;
    this.#open.delete(index);
    pushText(index, block.wholeInput, out);
    if (block.kind !== "thinking") out.push({ type: "block_stop", index });
    else out.push({ type: "block_stop", index, reasoning: reasoningData(block) });
  }

  /** Later reports may leave out what earlier ones said, so the raw counters are merged first. */
  #report(usage: AnthropicUsage | null | undefined, out: ModelEvent[]): void {
    if (!usage) return;
    const known = this.#usage;
    this.#usage = {
      input_tokens: usage.input_tokens ?? known.input_tokens,
      output_tokens: usage.output_tokens ?? known.output_tokens,
      cache_read_input_tokens: usage.cache_read_input_tokens ?? known.cache_read_input_tokens,
      cache_creation_input_tokens: usage.cache_creation_input_tokens ??
        known.cache_creation_input_tokens,
    };
    out.push({ type: "usage", usage: normalised(this.#usage) });
  }
}

function pushText(index: number, text: string | undefined, out: ModelEvent[]): void {
  if (text) out.push({ type: "block_delta", index, text });
}

function reasoningData({ signature, redacted }: OpenBlock): ReasoningData {
  return {
    scheme: "anthropic",
    ...(signature && { signature }),
    ...(redacted && { encryptedContent: redacted }),
  };
}

/** Anthropic counts cached parts of the prompt apart; for us they are part of it (spec 20 §4.4). */
function normalised(usage: AnthropicUsage): Usage {
  const { input_tokens: fresh, cache_read_input_tokens: read } = usage;
  const { cache_creation_input_tokens: written } = usage;
  return {
    inputTokens: typeof fresh === "number" ? fresh + (read ?? 0) + (written ?? 0) : null,
    outputTokens: usage.output_tokens ?? null,
    cacheReadTokens: read ?? null,
    cacheWriteTokens: written ?? null,
  };
}
