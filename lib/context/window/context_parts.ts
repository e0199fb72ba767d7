import { byteLength } from "../../base/mod.ts";
import type { Item } from "../../protocol/mod.ts";
import type { ContextWindow } from "./context_window.ts";
import { itemSize } from "./item_size.ts";
import { textTokens } from "./token_estimate.ts";

/** What a context is made of, in the order in which it is listed. */
export const CONTEXT_PARTS = [
  "system prompt",
  "tools",
  "user",
  "assistant",
  "thinking",
  "tool calls",
  "tool results",
  "notes of the runtime",
] as const;
export type ContextPartName = typeof CONTEXT_PARTS[number];

/** One part of what is sent, with the tokens it takes; only the sum of all parts is ever measured. */
export interface ContextPart {
  readonly part: ContextPartName;
  /** How many items; null for what is no item. */
  readonly items: number | null;
  readonly tokens: number;
}

/** Splits up what is sent to the model. The tools are what a measured prompt takes beyond all the rest. */
export function contextParts(window: ContextWindow, system: string | null): ContextPart[] {
  const systemTokens = textTokens(byteLength(system ?? ""));
  const sizes = new Map<ContextPartName, { items: number; bytes: number }>();
  for (const item of window.items()) {
    const part = partOf(item);
    const { items, bytes } = sizes.get(part) ?? { items: 0, bytes: 0 };
    sizes.set(part, { items: items + 1, bytes: bytes + itemSize(item) });
  }
  return CONTEXT_PARTS.map((part): ContextPart => {
    if (part === "system prompt") return { part, items: null, tokens: systemTokens };
    if (part === "tools") {
      return { part, items: null, tokens: Math.max(0, window.overheadTokens() - systemTokens) };
    }
    const { items, bytes } = sizes.get(part) ?? { items: 0, bytes: 0 };
    return { part, items, tokens: textTokens(bytes) };
  });
}

function partOf(item: Item): ContextPartName {
  switch (item.kind) {
    case "message":
      return item.role === "system" ? "notes of the runtime" : item.role;
    case "reasoning":
      return "thinking";
    case "tool_call":
      return "tool calls";
    case "tool_result":
      return "tool results";
  }
}
