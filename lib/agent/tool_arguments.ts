import { isJsonObject, type JsonObject, messageOf, sortKeys, toJsonText } from "../base/mod.ts";

/** Arguments as the loop uses them, and what was wrong with the text they came from, if anything. */
export interface ParsedArguments {
  readonly input: JsonObject;
  /** Set when the model's text was no JSON object; the tool must not be run then. */
  readonly problem?: string;
}

/** Reads the argument text of a tool call. No text at all means no arguments (spec 20 §1.4). */
export function parseArguments(text: string): ParsedArguments {
  if (text.trim() === "") return { input: {} };
  try {
    const value = JSON.parse(text);
    if (isJsonObject(value)) return { input: value };
    return { input: {}, problem: "arguments are not a JSON object" };
  } catch (error) {
    return { input: {}, problem: `arguments are not valid JSON: ${messageOf(error)}` };
  }
}

/** The text that history, log and clients get: compact, keys in ascending order. */
export function formatArguments(input: JsonObject): string {
  return toJsonText(sortKeys(input));
}
