import { isJsonObject, type JsonObject } from "../base/mod.ts";
import type { ToolResultItem } from "../protocol/mod.ts";

/** The text of a tool result as every scheme sends it (spec 20 §6.0). */
export function toolResultText({ summary, content }: ToolResultItem): string {
  return content ? `${summary}\n${content}` : summary;
}

/** The same for APIs that have no mark for a failed call: the text itself says so. */
export function flaggedResultText(result: ToolResultItem): string {
  const text = toolResultText(result);
  return result.is_error ? `Error: ${text}` : text;
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
