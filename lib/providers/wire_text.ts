import { isJsonObject, type JsonObject } from "../base/mod.ts";
import type { ToolResultItem } from "../protocol/mod.ts";

/** The text of a tool result as every scheme sends it (spec 20 §6.0). */
export function toolResultText({ summary, content }: ToolResultItem): string {
  return content ? `${summary}\n${content}` : summary;
}

/** The arguments of a call; `{}` for what old logs may hold instead of an object (spec 20 §1.4). */
export function toolInput(argumentsText: string): JsonObject {
  try {
    const value: unknown = JSON.parse(argumentsText);
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
