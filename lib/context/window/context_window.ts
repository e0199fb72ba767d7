import type { Item } from "../../protocol/mod.ts";
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

/** A state of a window that it can be taken back to. */
export interface WindowMark {
  readonly length: number;
  readonly pruned: number;
  readonly measurements: readonly Measurement[];
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
  readonly #pruned: Item[] = [];

  /** @param history is read, never changed; what is added to it later counts from then on. */
  constructor(history: readonly Item[]) {
    this.#history = history;
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

  /**
   * Takes what a provider said about a request of the first `length` items; 0 means that it did not. What
   * is said of more items than there are says nothing about these.
   */
  measured(length: number, tokens: number): void {
    if (tokens <= 0 || length > this.#history.length) return;
    const [first] = this.#measurements;
    if (first !== undefined && first.bytes !== this.bytes(first.length)) this.#measurements = [];
    // Of a history that had been longer before, nothing is known any more.
    while ((this.#measurements.at(-1)?.length ?? 0) > length) this.#measurements.pop();
    this.#measurements.push({ length, bytes: this.bytes(length), tokens });
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
    this.pruneBelow(protectedStart);
    return { kind: "pruned", ...facts };
  }

  /** Leaves out the details of tool results below an index; those that are left out stay so. */
  pruneBelow(end: number): void {
    const start = this.#pruned.length;
    if (end <= start) return;
    for (const item of this.#history.slice(start, end)) this.#pruned.push(withoutContent(item));
    this.#sizes.splice(start + 1);
    this.#savings.splice(start + 1);
    // All were of larger requests. The newest tells how large they had been until there is a newer one.
    this.#measurements = this.#measurements.slice(-1);
  }

  /** How it is now. */
  mark(): WindowMark {
    const { length } = this.#history;
    return { length, pruned: this.#pruned.length, measurements: [...this.#measurements] };
  }

  /** Forgets what has come since; the history has been cut to what it was. */
  goBackTo({ length, pruned, measurements }: WindowMark): void {
    const kept = pruned < this.#pruned.length ? pruned : length;
    this.#pruned.splice(pruned);
    this.#sizes.splice(kept + 1);
    this.#savings.splice(kept + 1);
    this.#measurements = [...measurements];
  }

  /** Index of the first item of the newest part that has at least so many tokens; 0 for all. */
  #protectedStart(protectedTokens: number): number {
    const { length } = this.#history;
    const total = this.estimate();
    if (total.source === "no_data") return 0;
    if (protectedTokens === 0) return length;
    // What was measured may shrink with the index, after another model was asked: each place is looked at.
    let start = length;
    while (start > 0 && total.tokens - this.estimate(start).tokens < protectedTokens) start--;
    return start;
  }
}
