import type { Anthropic } from "@anthropic-ai/sdk";
import type { Item, ReasoningItem } from "../protocol/mod.ts";
import { canRead } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { toolInput, toolResultText } from "./wire_text.ts";

type MarkableBlock =
  | Anthropic.TextBlockParam
  | Anthropic.ToolUseBlockParam
  | Anthropic.ToolResultBlockParam;
type ThinkingBlock = Anthropic.ThinkingBlockParam | Anthropic.RedactedThinkingBlockParam;
type Block = MarkableBlock | ThinkingBlock;

/** Which message an item belongs to: the model's answer, a batch of results, or one of its own. */
type Place = "answer" | "results" | "alone";

/**
 * History as Anthropic messages (spec 20 §6.1): neighbouring items of one answer, or of one batch
 * of results, share a message. The prefix that ends with one of the items `cached` is marked to be
 * cached; the marker sits on the nearest block at or before that item that may carry one.
 */
export function anthropicMessages(
  items: readonly Item[],
  cached: Iterable<number>,
  model: ResolvedModel,
): Anthropic.MessageParam[] {
  const messages: { place: Place; content: Block[] }[] = [];
  const markable: (MarkableBlock | undefined)[] = [];
  for (const item of items) {
    const blocks = blocksOf(item, model);
    markable.push(blocks.findLast(isMarkable) ?? markable.at(-1));
    if (blocks.length === 0) continue;
    const place = placeOf(item);
    const last = messages.at(-1);
    if (place !== "alone" && last?.place === place) last.content.push(...blocks);
    else messages.push({ place, content: blocks });
  }
  for (const index of cached) {
    const block = markable[index];
    if (block !== undefined) block.cache_control = { type: "ephemeral" };
  }
  return messages.flatMap(({ place, content }) => {
    const blocks = withoutLastThought(content);
    if (blocks.length === 0) return [];
    return {
      role: place === "answer" ? "assistant" : "user",
      content: place === "alone" ? plainText(blocks) : blocks,
    };
  });
}

/**
 * Whether the model is in the middle of its tool calls and none of them was led by a thought, as when another
 * model made them. The API refuses to let it think within a budget then.
 */
export function isAtToolsWithoutThought(messages: readonly Anthropic.MessageParam[]): boolean {
  let isAtTools = false;
  let isAnswered = false;
  for (const { role, content } of messages.toReversed()) {
    const types = typeof content === "string" ? [] : content.map(({ type }) => type);
    if (role === "user") {
      isAnswered ||= types.includes("tool_result");
      continue;
    }
    if (!isAnswered) break;
    if (types.includes("thinking") || types.includes("redacted_thinking")) return false;
    [isAtTools, isAnswered] = [true, false];
  }
  return isAtTools;
}

/**
 * The items with which cached prefixes end: the last one, the one before the newest user message,
 * and `anchor` when it names an item. The most useful come first, so `limit` drops the least
 * useful.
 */
export function cachedPrefixes(
  items: readonly Item[],
  anchor: number | undefined,
  limit: number,
): number[] {
  const newestUser = items.findLastIndex((item) => item.kind === "message" && item.role === "user");
  const ends = new Set<number>();
  if (items.length > 0) ends.add(items.length - 1);
  if (newestUser > 1) ends.add(newestUser - 1);
  if (anchor !== undefined && items[anchor] !== undefined) ends.add(anchor);
  return [...ends].slice(0, limit);
}

function placeOf(item: Item): Place {
  if (item.kind === "tool_result") return "results";
  return item.kind === "message" && item.role !== "assistant" ? "alone" : "answer";
}

function blocksOf(item: Item, model: ResolvedModel): Block[] {
  switch (item.kind) {
    case "message":
      return item.content
        .map((part) => part.kind === "text" ? part.text : part.refusal)
        .filter((text) => text.trim() !== "")
        .map((text) => ({ type: "text", text }));
    case "reasoning":
      return canRead(model, item) ? thinkingBlocks(item) : [];
    case "tool_call":
      return [{
        type: "tool_use",
        id: item.call_id,
        name: item.name,
        input: toolInput(item.arguments),
      }];
    case "tool_result":
      return [{
        type: "tool_result",
        tool_use_id: item.call_id,
        content: toolResultText(item),
        ...(item.is_error && { is_error: true }),
      }];
  }
}

/** Only what Anthropic signed or encrypted itself goes back; other reasoning is not for it. */
function thinkingBlocks(
  { text, signature, encrypted_content: data, summary = [] }: ReasoningItem,
): ThinkingBlock[] {
  if (signature) return [{ type: "thinking", thinking: text, signature }];
  if (data && text === "" && summary.length === 0) return [{ type: "redacted_thinking", data }];
  return [];
}

/**
 * An answer may have been cut off while the model thought. A message that ends with a thought is refused,
 * and with it every later request of the conversation.
 */
function withoutLastThought(content: Block[]): Block[] {
  const last = content.at(-1);
  if (last !== undefined && isMarkable(last)) return content;
  return content.slice(0, content.findLastIndex(isMarkable) + 1);
}

function isMarkable(block: Block): block is MarkableBlock {
  return block.type !== "thinking" && block.type !== "redacted_thinking";
}

/** A lone text needs no array around it, unless it carries a marker. */
function plainText(content: Block[]): string | Block[] {
  const [first, ...more] = content;
  if (first?.type !== "text" || more.length > 0 || first.cache_control) return content;
  return first.text;
}
