import type { Item, LlmUsageEntry } from "../../protocol/mod.ts";
import { itemSize, withoutContent } from "./item_size.ts";
import {
  BYTES_PER_TOKEN,
  estimateTokens,
  type Measurement,
  type TokenEstimate,
} from "./token_estimate.ts";

/** When old tool output is dropped from requests, in tokens. */
export interface PruningLimits {
  /** The newest part of the history, which is never touched. */
  readonly protectedTokens: number;
  /** What has to be gained to break the cached prefix for it. */
  readonly minSavings: number;
}

/** What looking for output to drop came to. */
export type Pruning =
  | { readonly kind: "nothing" }
  | {
    readonly kind: "too_little" | "pruned";
    readonly candidates: number;
    /** Index of the first protected item. */
    readonly protectedStart: number;
    /** Estimated tokens. */
    readonly savings: number;
  };

/** What a window starts with, when it goes on with a session. */
export interface WindowStart {
  /** Usage records of the history, in order. */
  readonly usage?: readonly LlmUsageEntry[];
  /** Tool results below this index are sent without their details. */
  readonly prunedBelow?: number;
}

/**
 * What of a history is sent to the model, and how many tokens that takes. The history only grows; what has
 * been left out once stays out, so that the prefix which providers cache changes as rarely as possible.
 */
export class ContextWindow {
  readonly #history: readonly Item[];
  /** The size of the first so many items, as they are sent. */
  readonly #sizes = [0];
  /** What dropping the output of the first so many items would save, in bytes. */
  readonly #savings = [0];
  #measurements: Measurement[] = [];
  /** The items below the pruning mark, without details. */
  #pruned: Item[] = [];

  /** @param history is read, never changed; what is added to it later counts from then on. */
  constructor(history: readonly Item[], { usage = [], prunedBelow = 0 }: WindowStart = {}) {
    this.#history = history;
    this.#pruned = history.slice(0, prunedBelow).map(withoutContent);
    for (const { history_len, input_total_tokens } of usage) {
      if (history_len <= history.length) this.measured(history_len, input_total_tokens);
    }
  }

  /** The items as they are sent. */
  items(): Item[] {
    return [...this.#pruned, ...this.#history.slice(this.#pruned.length)];
  }

  /** The size in bytes of the first `length` items, as they are sent. */
  bytes(length = this.#history.length): number {
    // Each item is measured once: a history is long, and this is asked before every request.
    for (let index = this.#sizes.length - 1; index < length; index++) {
      const item = this.#pruned[index] ?? this.#history[index];
      if (item === undefined) break;
      const size = itemSize(item);
      const bare = withoutContent(item);
      const saving = bare === item ? 0 : size - itemSize(bare);
      this.#sizes.push((this.#sizes[index] ?? 0) + size);
      this.#savings.push((this.#savings[index] ?? 0) + saving);
    }
    return this.#sizes[length] ?? 0;
  }

  /** The tokens of the first `length` items, the rest of the prompt included. */
  estimate(length = this.#history.length): TokenEstimate {
    return estimateTokens(length, (end) => this.bytes(end), this.#measurements);
  }

  /** What a request takes beside its items: the system prompt and the tools. */
  overheadTokens(): number {
    const last = this.#measurements.at(-1);
    if (last === undefined) return 0;
    return Math.max(0, last.tokens - Math.floor(last.bytes / BYTES_PER_TOKEN));
  }

  /** Takes what a provider said about a request of the first `length` items; 0 means that it did not. */
  measured(length: number, tokens: number): void {
    if (tokens > 0) this.#measurements.push({ length, bytes: this.bytes(length), tokens });
  }

  /**
   * Leaves out the details of old tool results, when that gains enough (spec 40 §6). What has been left
   * out before gains nothing any more, so the mark moves on in few large steps.
   */
  prune({ protectedTokens, minSavings }: PruningLimits): Pruning {
    const protectedStart = this.#protectedStart(protectedTokens);
    const start = this.#pruned.length;
    const candidates = this.#history.slice(start, protectedStart)
      .filter((item) => item.kind === "tool_result" && item.content !== undefined).length;
    if (candidates === 0) return { kind: "nothing" };
    const savedBytes = (this.#savings[protectedStart] ?? 0) - (this.#savings[start] ?? 0);
    const last = this.#measurements.at(-1);
    const savings = last === undefined || last.bytes === 0
      ? 0
      : Math.floor(savedBytes * last.tokens / last.bytes);
    const facts = { candidates, protectedStart, savings };
    if (savings < minSavings) return { kind: "too_little", ...facts };
    this.#pruneBelow(protectedStart);
    return { kind: "pruned", ...facts };
  }

  /** Index of the first item of the newest part that has at least so many tokens; 0 for all. */
  #protectedStart(protectedTokens: number): number {
    const { length } = this.#history;
    const total = this.estimate();
    if (total.source === "no_data") return 0;
    if (protectedTokens === 0) return length;
    // The estimate grows with the index, so the place is found by halving.
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (total.tokens - this.estimate(middle).tokens >= protectedTokens) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Earlier measurements were of larger requests; the newest tells how large they had been. */
  #pruneBelow(end: number): void {
    const start = this.#pruned.length;
    for (const item of this.#history.slice(start, end)) this.#pruned.push(withoutContent(item));
    this.#sizes.length = start + 1;
    this.#savings.length = start + 1;
    this.#measurements = this.#measurements.slice(-1);
  }
}
