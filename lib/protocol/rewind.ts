import * as v from "valibot";
import { uint } from "./number.ts";

/** A user input of the current segment, by its place in the log. */
export const rewindTargetId = v.object({ segment_id: v.string(), user_input_entry_index: uint });
export type RewindTargetId = v.InferOutput<typeof rewindTargetId>;

/** A place one can go back to (spec 10 §4.5). */
export const rewindTarget = v.object({
  id: rewindTargetId,
  expected_head_entries: uint,
  /** How many entries stay. */
  truncate_entries: uint,
  /** Number of the user input within the segment, from 1. */
  turn_index: uint,
  timestamp_ms: v.nullable(uint),
  preview: v.string(),
  eligible: v.boolean(),
  disabled_reason: v.exactOptional(v.string()),
  warning: v.exactOptional(v.string()),
});
export type RewindTarget = v.InferOutput<typeof rewindTarget>;

/** What a rewind did to the log. */
export const rewindSummary = v.object({
  truncated_to_entries: uint,
  discarded_entries: uint,
  tool_side_effect_warning: v.boolean(),
  /** The segment, of the same session, that keeps the log as it was before. */
  kept_segment_id: v.exactOptional(v.string()),
});
export type RewindSummary = v.InferOutput<typeof rewindSummary>;
