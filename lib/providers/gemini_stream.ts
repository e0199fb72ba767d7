import type { JsonObject } from "../base/mod.ts";
import type { Item, StopReason } from "../protocol/mod.ts";
import { streamError } from "./call_error.ts";
import { CallIds } from "./call_ids.ts";
import type { EventReader } from "./event_stream.ts";
import {
  type BlockHead,
  ModelError,
  type ModelEvent,
  type ReasoningData,
  type Usage,
} from "./model.ts";

/**
 * A parsed chunk of a Gemini stream, as far as it is read; every member may be missing.
 *
 * @see https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
 */
export interface GeminiChunk {
  readonly candidates?: readonly GeminiCandidate[];
  readonly promptFeedback?: {
    readonly blockReason?: string;
    readonly blockReasonMessage?: string;
  };
  readonly usageMetadata?: GeminiUsage;
  readonly error?: unknown;
}

interface GeminiCandidate {
  readonly content?: { readonly parts?: readonly GeminiStreamPart[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
}

interface GeminiStreamPart {
  readonly text?: string;
  /** The text is a thought. */
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: GeminiCall;
}

interface GeminiCall {
  readonly id?: string;
  readonly name?: string;
  readonly args?: JsonObject;
}

interface GeminiUsage {
  readonly promptTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly cachedContentTokenCount?: number;
}

/** A block that may go on in the next part; calls come whole. */
interface OpenBlock {
  readonly index: number;
  readonly kind: "text" | "thinking";
}

/** What ends an answer in good order; whatever is neither here nor a failure withholds something. */
const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  STOP: "end_turn",
  MAX_TOKENS: "max_tokens",
  CONTINUATION: "max_tokens",
};

/** Finish reasons that leave no answer that could be used. */
const FAILURES = new Set([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "MISSING_THOUGHT_SIGNATURE",
  "TOO_MANY_TOOL_CALLS",
  "UNEXPECTED_TOOL_CALL",
]);

/**
 * Reads one Gemini stream (spec 20 §6.4).
 *
 * A signature belongs to the part that it came with, and texts and calls have no place for it. So it
 * becomes a thinking block without text: right before the text or call that it signs (`signature`),
 * or by itself (`encryptedContent`) when it comes after a text, as an empty part of its own or with
 * the last words. A signed thought keeps its signature itself.
 */
export class GeminiReader implements EventReader<GeminiChunk> {
  stopReason: StopReason | undefined;
  readonly #ids: CallIds;
  #nextIndex = 0;
  #open: OpenBlock | undefined;
  #called = false;
  #usage: GeminiUsage = {};

  /** @param items the history, whose call ids are not to be used again. */
  constructor(items: readonly Item[]) {
    this.#ids = new CallIds(items);
  }

  read(chunk: GeminiChunk, out: ModelEvent[]): void {
    if (chunk.error) throw streamError(chunk, undefined);
    if (chunk.usageMetadata) this.#report(chunk.usageMetadata, out);
    if (this.stopReason !== undefined) return;
    const { blockReason, blockReasonMessage } = chunk.promptFeedback ?? {};
    if (blockReason) {
      return this.#refuse(`Gemini blocked the prompt: ${blockReason}`, blockReasonMessage, out);
    }
    const candidate = chunk.candidates?.[0];
    for (const part of candidate?.content?.parts ?? []) this.#readPart(part, out);
    if (candidate?.finishReason) this.#finish(candidate.finishReason, candidate.finishMessage, out);
  }

  #readPart(part: GeminiStreamPart, out: ModelEvent[]): void {
    const { text = "", thought, thoughtSignature: signature, functionCall } = part;
    if (functionCall) return this.#call(functionCall, signature, out);
    const kind = thought ? "thinking" : "text";
    if (signature && text && !thought && this.#open?.kind !== "text") {
      this.#sign({ signature }, out);
      return this.#write(kind, text, out);
    }
    this.#write(kind, text, out);
    if (!signature) return;
    if (thought && this.#open?.kind === "thinking") this.#close(out, signature);
    else this.#sign({ encryptedContent: signature }, out);
  }

  #write(kind: OpenBlock["kind"], text: string, out: ModelEvent[]): void {
    if (text === "") return;
    if (this.#open?.kind !== kind) this.#open = { index: this.#start({ kind }, out), kind };
    out.push({ type: "block_delta", index: this.#open.index, text });
  }

  #call({ id, name, args = {} }: GeminiCall, signature: string | undefined, out: ModelEvent[]) {
    if (!name) throw new ModelError("broken", "SSE parse error: a tool call without a name");
    if (signature) this.#sign({ signature }, out);
    this.#called = true;
    const index = this.#start({ kind: "tool_call", id: this.#ids.take(id), name }, out);
    out.push({ type: "block_delta", index, text: JSON.stringify(args) });
    out.push({ type: "block_stop", index });
  }

  #sign(data: ReasoningData, out: ModelEvent[]): void {
    const index = this.#start({ kind: "thinking" }, out);
    out.push({ type: "block_stop", index, reasoning: { scheme: "gemini", ...data } });
  }

  #refuse(text: string, detail: string | undefined, out: ModelEvent[]): void {
    const index = this.#start({ kind: "refusal" }, out);
    out.push({ type: "block_delta", index, text: detail ? `${text} (${detail})` : text });
    out.push({ type: "block_stop", index });
    this.stopReason = "refusal";
  }

  #finish(reason: string, message: string | undefined, out: ModelEvent[]): void {
    if (FAILURES.has(reason)) {
      throw streamError(
        { code: reason, message: message || "the answer cannot be used" },
        undefined,
      );
    }
    const meaning = STOP_REASONS[reason];
    if (meaning === undefined) {
      return this.#refuse(`Gemini stopped the answer: ${reason}`, message, out);
    }
    this.#close(out);
    this.stopReason = meaning === "end_turn" && this.#called ? "tool_use" : meaning;
  }

  #start(block: BlockHead, out: ModelEvent[]): number {
    this.#close(out);
    const index = this.#nextIndex++;
    out.push({ type: "block_start", index, block });
    return index;
  }

  #close(out: ModelEvent[], signature?: string): void {
    if (this.#open === undefined) return;
    const { index, kind } = this.#open;
    this.#open = undefined;
    if (kind === "text") out.push({ type: "block_stop", index });
    else {
      const reasoning: ReasoningData = { scheme: "gemini", ...(signature && { signature }) };
      out.push({ type: "block_stop", index, reasoning });
    }
  }

  /** Counters grow from chunk to chunk; one that a chunk leaves out is as it was. */
  #report(usage: GeminiUsage, out: ModelEvent[]): void {
    this.#usage = { ...this.#usage, ...usage };
    out.push({ type: "usage", usage: normalised(this.#usage) });
  }
}

/** Thoughts count as output, and what the API's own tools read as input (spec 20 §4.4). */
function normalised(usage: GeminiUsage): Usage {
  return {
    inputTokens: sum(usage.promptTokenCount, usage.toolUsePromptTokenCount),
    outputTokens: sum(usage.candidatesTokenCount, usage.thoughtsTokenCount),
    cacheReadTokens: usage.cachedContentTokenCount ?? null,
    cacheWriteTokens: null,
  };
}

function sum(a: number | undefined, b: number | undefined): number | null {
  return a === undefined && b === undefined ? null : (a ?? 0) + (b ?? 0);
}
