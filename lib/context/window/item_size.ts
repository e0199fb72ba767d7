import { byteLength } from "../../base/mod.ts";
import type { Item } from "../../protocol/mod.ts";
import { BYTES_PER_TOKEN } from "./token_estimate.ts";

/**
 * The size of an item in bytes of compact JSON; only ratios of sizes matter (spec 40 §7). Whose a thought is
 * does not count: no model gets to read that.
 */
export function itemSize(item: Item): number {
  if (item.kind !== "reasoning") return byteLength(JSON.stringify(item));
  const { scheme: _scheme, model: _model, ...thought } = item;
  return byteLength(JSON.stringify(thought));
}

/** How many tokens items take, as far as their size tells. */
export function itemTokens(items: readonly Item[]): number {
  return Math.floor(items.reduce((sum, item) => sum + itemSize(item), 0) / BYTES_PER_TOKEN);
}

/** A tool result without its details; any other item, and one that has none, as it is. */
export function withoutContent(item: Item): Item {
  if (item.kind !== "tool_result" || item.content === undefined) return item;
  const { content: _, ...rest } = item;
  return rest;
}
