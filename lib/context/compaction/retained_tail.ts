import type { Item } from "../../protocol/mod.ts";
import { itemSize } from "../window/item_size.ts";
import { BYTES_PER_TOKEN } from "../window/token_estimate.ts";

/** What a compaction keeps as it is. */
export interface RetainedTail {
  /** Index of its first item; 0 when everything is kept. */
  readonly start: number;
  /** How many of its items it would not need for its size, but to have the call of each result. */
  readonly balancing: number;
}

/**
 * The tail that a compaction keeps as it is (spec 40 §8.3). It has at least `retainedTokens`, and no tool
 * result in it lacks its call.
 *
 * @param items as they are sent
 * @param tokens what all of them take
 */
export function retainedTail(
  items: readonly Item[],
  tokens: number,
  retainedTokens: number,
): RetainedTail {
  const wanted = startBySize(items, tokens, retainedTokens);
  const start = withCalls(items, wanted);
  return { start, balancing: wanted - start };
}

/** The tail that keeps nothing. */
export function nothingOf(items: readonly Item[]): RetainedTail {
  return { start: items.length, balancing: 0 };
}

function startBySize(items: readonly Item[], tokens: number, retainedTokens: number): number {
  if (tokens <= retainedTokens) return 0;
  if (retainedTokens === 0) return items.length;
  const sizes = items.map(itemSize);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  // What was measured may be low, if output had been dropped; that must not keep a huge tail.
  const rate = Math.max(tokens, Math.ceil(bytes / BYTES_PER_TOKEN));
  const target = Math.min(bytes, Math.ceil(retainedTokens * bytes / rate));
  let start = items.length;
  for (let kept = 0; kept < target && start > 0; start--) kept += sizes[start - 1] ?? 0;
  return start;
}

/** Moves a cut back so that every result behind it has its call behind it too. */
function withCalls(items: readonly Item[], start: number): number {
  const callIndex = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    if (item.kind === "tool_call") callIndex.set(item.call_id, index);
  }
  let cut = start;
  for (let index = items.length - 1; index >= cut; index--) {
    const item = items[index];
    if (item?.kind !== "tool_result") continue;
    cut = Math.min(cut, callIndex.get(item.call_id) ?? cut);
  }
  return cut;
}
