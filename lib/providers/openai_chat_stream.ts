import type { EventSourceMessage } from "eventsource-parser";
import type { Item, StopReason } from "../protocol/mod.ts";
import { CallIds } from "./call_ids.ts";
import { streamError } from "./call_error.ts";
import type { EventReader } from "./event_stream.ts";
import { type BlockHead, ModelError, type ModelEvent, type Usage } from "./model.ts";

/**
 * A parsed chunk of a chat stream, as far as it is read. Every member may be missing: the servers
 * that speak this API differ in all of them.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export interface ChatChunk {
  readonly choices?: readonly ChatChoice[] | null;
  readonly usage?: ChatUsage | null;
}

interface ChatChoice {
  readonly delta?: {
    readonly content?: string | null;
    readonly refusal?: string | null;
    /** Two names for the same thing; servers send one of them, or both with the same text. */
    readonly reasoning?: string | null;
    readonly reasoning_content?: string | null;
    readonly tool_calls?: readonly ChatToolCall[] | null;
  } | null;
  readonly finish_reason?: string | null;
}

interface ChatToolCall {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null } | null;
}

interface ChatUsage {
  readonly prompt_tokens?: number | null;
  readonly completion_tokens?: number | null;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null;
    readonly cache_write_tokens?: number | null;
  } | null;
}

/**
 * A chunk as it stands on the wire.
 *
 * @throws {SyntaxError} when it is not JSON.
 * @throws {ModelError} when it is the server's error.
 */
export function parseChatChunk({ event, data }: EventSourceMessage): ChatChunk {
  const chunk = JSON.parse(data);
  if (event === "error" || chunk?.error) throw streamError(chunk?.error ?? chunk, undefined);
  return chunk;
}

/** The block that is being written; a chat stream has one at a time. */
interface OpenBlock {
  readonly index: number;
  readonly kind: BlockHead["kind"];
  /** What the server calls it, when it is a tool call. */
  readonly call?: OpenCall;
}

interface OpenCall {
  readonly name: string;
  readonly wireIndex: number | null | undefined;
  readonly wireId: string;
  args: string;
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  length: "max_tokens",
  tool_calls: "tool_use",
  function_call: "tool_use",
  content_filter: "refusal",
};

/** Reads one chat stream (spec 20 §6.2). */
export class ChatReader implements EventReader<ChatChunk> {
  stopReason: StopReason | undefined;
  readonly #ids: CallIds;
  #nextIndex = 0;
  #open: OpenBlock | undefined;
  #called = false;

  /** @param items the history, whose call ids are not to be used again. */
  constructor(items: readonly Item[]) {
    this.#ids = new CallIds(items);
  }

  read(chunk: ChatChunk, out: ModelEvent[]): void {
    if (chunk.usage) out.push({ type: "usage", usage: normalised(chunk.usage) });
    const choice = chunk.choices?.[0];
    if (choice === undefined || this.stopReason !== undefined) return;
    const { delta, finish_reason } = choice;
    if (delta) {
      this.#write("thinking", delta.reasoning_content || delta.reasoning, out);
      this.#write("text", delta.content, out);
      this.#write("refusal", delta.refusal, out);
      for (const call of delta.tool_calls ?? []) this.#writeCall(call, out);
    }
    if (!finish_reason) return;
    this.#close(out);
    this.stopReason = STOP_REASONS[finish_reason] ?? (this.#called ? "tool_use" : "end_turn");
  }

  #write(
    kind: "text" | "thinking" | "refusal",
    text: string | null | undefined,
    out: ModelEvent[],
  ): void {
    if (!text) return;
    const block = this.#open?.kind === kind ? this.#open : this.#start({ kind }, undefined, out);
    out.push({ type: "block_delta", index: block.index, text });
  }

  #writeCall(wire: ChatToolCall, out: ModelEvent[]): void {
    const open = this.#open?.call;
    const block = open && continues(open, wire) ? this.#open : this.#startCall(wire, out);
    const text = wire.function?.arguments;
    if (!text || block?.call === undefined) return;
    block.call.args += text;
    out.push({ type: "block_delta", index: block.index, text });
  }

  #startCall({ index, id, function: called }: ChatToolCall, out: ModelEvent[]): OpenBlock {
    const name = called?.name;
    if (!name) {
      const message = "SSE parse error: a piece of a tool call belongs to no call that is open";
      throw new ModelError("broken", message);
    }
    const head = { kind: "tool_call" as const, id: this.#ids.take(id), name };
    this.#called = true;
    return this.#start(head, { name, wireIndex: index, wireId: id ?? "", args: "" }, out);
  }

  #start(head: BlockHead, call: OpenCall | undefined, out: ModelEvent[]): OpenBlock {
    this.#close(out);
    const block: OpenBlock = { index: this.#nextIndex++, kind: head.kind, call };
    out.push({ type: "block_start", index: block.index, block: head });
    return this.#open = block;
  }

  #close(out: ModelEvent[]): void {
    if (this.#open === undefined) return;
    const { index, kind } = this.#open;
    const thought = kind === "thinking" && { reasoning: { scheme: "openai_chat" as const } };
    out.push({ type: "block_stop", index, ...thought });
    this.#open = undefined;
  }
}

/**
 * Whether a piece belongs to the call that is open. Only the first piece of a call must have a
 * name; index and id may be missing, and servers that send calls whole give all of them the same
 * index.
 */
function continues(open: OpenCall, { index, id, function: called }: ChatToolCall): boolean {
  const sameIndex = index === undefined || index === null || index === open.wireIndex;
  if (!called?.name || !sameIndex) return sameIndex;
  if (id) return id === open.wireId;
  return called.name === open.name && !isWhole(open.args);
}

function isWhole(args: string): boolean {
  try {
    JSON.parse(args);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function normalised(usage: ChatUsage): Usage {
  return {
    inputTokens: usage.prompt_tokens ?? null,
    outputTokens: usage.completion_tokens ?? null,
    cacheReadTokens: usage.prompt_tokens_details?.cached_tokens ?? null,
    cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? null,
  };
}
