import * as v from "valibot";
import type { JsonValue } from "../base/mod.ts";
import { invokeKind, runOutcome } from "./enums.ts";
import { issueText, ProtocolError } from "./error.ts";
import { item, toolResultItem } from "./item.ts";
import { uint } from "./number.ts";
import { quickCheck } from "./quick_check.ts";
import { requestConfig } from "./request_config.ts";
import { inputSegment } from "./segment.ts";
import { systemItem } from "./system_item.ts";
import { tagged } from "./tagged.ts";

/** Where a segment was split off; `at_turn_index` is the turn count at the split, 0 for none. */
export const segmentOrigin = v.object({ segment_id: v.string(), at_turn_index: uint });
export type SegmentOrigin = v.InferOutput<typeof segmentOrigin>;

/** Opens every segment, and only there. */
export const segmentStartEntry = v.object({
  kind: v.literal("segment_start"),
  ts: uint,
  session_id: v.string(),
  system_prompt: v.optional(v.nullable(v.string()), null),
  config: requestConfig,
  history: v.array(item),
  forked_from: v.exactOptional(segmentOrigin),
  compacted_from: v.exactOptional(segmentOrigin),
});
export type SegmentStartEntry = v.InferOutput<typeof segmentStartEntry>;

/** The pod left idle. */
export const invokeEntry = v.object({
  kind: v.literal("invoke"),
  ts: uint,
  trigger: invokeKind,
});
export type InvokeEntry = v.InferOutput<typeof invokeEntry>;

/** Accepted input in its typed form. */
export const userInputEntry = v.object({
  kind: v.literal("user_input"),
  ts: uint,
  segments: v.array(inputSegment),
});
export type UserInputEntry = v.InferOutput<typeof userInputEntry>;

/** Reasoning, a message or a tool call of the model, and any item that has no better home. */
export const assistantItemEntry = v.object({ kind: v.literal("assistant_item"), ts: uint, item });
export type AssistantItemEntry = v.InferOutput<typeof assistantItemEntry>;

/** The result of a tool call, synthetic ones included. */
export const toolResultEntry = v.object({
  kind: v.literal("tool_result"),
  ts: uint,
  item: toolResultItem,
});
export type ToolResultEntry = v.InferOutput<typeof toolResultEntry>;

/** Something the pod put before the model by itself. */
export const systemItemEntry = v.object({
  kind: v.literal("system_item"),
  ts: uint,
  item: systemItem,
});
export type SystemItemEntry = v.InferOutput<typeof systemItemEntry>;

/** The running total of turns of the conversation, after the run that ends here. */
export const turnEndEntry = v.object({ kind: v.literal("turn_end"), ts: uint, turn_count: uint });
export type TurnEndEntry = v.InferOutput<typeof turnEndEntry>;

/** A run that ended without an error. */
export const runCompletedEntry = v.object({
  kind: v.literal("run_completed"),
  ts: uint,
  interrupted: v.boolean(),
  result: runOutcome,
});
export type RunCompletedEntry = v.InferOutput<typeof runCompletedEntry>;

/** A run that failed or was cancelled. */
export const runErroredEntry = v.object({
  kind: v.literal("run_errored"),
  ts: uint,
  interrupted: v.boolean(),
  message: v.string(),
});
export type RunErroredEntry = v.InferOutput<typeof runErroredEntry>;

/** New generation settings; understood when read, never written by us. */
export const configChangedEntry = v.object({
  kind: v.literal("config_changed"),
  ts: uint,
  config: requestConfig,
});
export type ConfigChangedEntry = v.InferOutput<typeof configChangedEntry>;

/** Tokens of one model call; the input total is the whole prompt of `history_len` items. */
export const llmUsageEntry = v.object({
  kind: v.literal("llm_usage"),
  ts: uint,
  history_len: uint,
  input_total_tokens: uint,
  cache_read_tokens: uint,
  cache_write_tokens: uint,
  output_tokens: uint,
});
export type LlmUsageEntry = v.InferOutput<typeof llmUsageEntry>;

/** A durable fact that the log does not interpret; new facts of ours have domains `pod.*`. */
export const extensionEntry = v.object({
  kind: v.literal("extension"),
  ts: uint,
  domain: v.string(),
  payload: v.custom<JsonValue>((payload) => payload !== undefined, "Expected a JSON value"),
});
export type ExtensionEntry = v.InferOutput<typeof extensionEntry>;

/** One line of a segment log; `ts` is in milliseconds since the Unix epoch (spec 30 §2.4). */
export const entry = tagged("kind", () => [
  segmentStartEntry,
  invokeEntry,
  userInputEntry,
  assistantItemEntry,
  toolResultEntry,
  systemItemEntry,
  turnEndEntry,
  runCompletedEntry,
  runErroredEntry,
  configChangedEntry,
  llmUsageEntry,
  extensionEntry,
]);
export type Entry = v.InferOutput<typeof entry>;

const isPlainEntry = quickCheck(entry);

/**
 * A parsed log line as an entry. One that needs no default is returned as it is, with the fields that
 * this version does not know.
 *
 * @throws {ProtocolError} `invalid_entry` if its kind is unknown or a field is missing or wrong.
 */
export function parseEntry(value: unknown): Entry {
  if (isPlainEntry(value)) return value as Entry;
  const result = v.safeParse(entry, value, { abortEarly: true });
  if (result.success) return result.output;
  throw new ProtocolError("invalid_entry", issueText(result.issues));
}
