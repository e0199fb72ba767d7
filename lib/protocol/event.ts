import * as v from "valibot";
import { isJsonObject } from "../base/mod.ts";
import { compactionUsage } from "./compaction_usage.ts";
import { completion, completionKind } from "./completion.ts";
import { attachResult, type PodInspection, type VisiblePod } from "./discovery.ts";
import type { Entry, SegmentStartEntry } from "./entry.ts";
import {
  alertLevel,
  alertSource,
  errorCode,
  invokeKind,
  podStatus,
  runResult,
  stopReason,
  turnResult,
} from "./enums.ts";
import { issueText, ProtocolError } from "./error.ts";
import { greeting } from "./greeting.ts";
import { inFlight } from "./in_flight.ts";
import { requestId } from "./method.ts";
import { uint } from "./number.ts";
import { rewindSummary, rewindTarget } from "./rewind.ts";
import { inputSegment } from "./segment.ts";
import { systemItem } from "./system_item.ts";
import { tagged, tagOf } from "./tagged.ts";

const reply_to = v.exactOptional(requestId);

function bare<const Name extends string>(name: Name) {
  return v.object({ event: v.literal(name), reply_to });
}

function withData<const Name extends string, const Data extends v.ObjectEntries>(
  name: Name,
  data: Data,
) {
  return v.object({ event: v.literal(name), data: v.object(data), reply_to });
}

// Long or free-form values are not looked into: a snapshot may hold a hundred thousand entries, and a
// client must live with kinds that it does not know. Whoever shows them checks the piece it shows.
const isArray = (value: unknown) => Array.isArray(value);
const entries = v.custom<Entry[]>(isArray, "Expected an array of entries");
const segmentStart = v.custom<SegmentStartEntry>(isJsonObject, "Expected an entry");
const visiblePods = v.custom<VisiblePod[]>(isArray, "Expected an array of pods");
const inspectedPod = v.custom<PodInspection>(isJsonObject, "Expected a pod");

const llmCall = { llm_call: uint };
const text = { text: v.string() };

/** One line from pod to client (spec 10 §3). */
export const event = tagged("event", () => [
  withData("snapshot", {
    entries,
    greeting,
    status: v.optional(podStatus, "idle"),
    in_flight: v.exactOptional(inFlight),
    /** Whether `compact_start` was before it and its end comes after it; ours. */
    compacting: v.exactOptional(v.boolean()),
  }),
  withData("alert", {
    level: alertLevel,
    source: alertSource,
    message: v.string(),
    timestamp_ms: uint,
  }),
  withData("status", { status: podStatus }),
  withData("invoke_start", { kind: invokeKind }),
  withData("user_message", { segments: v.array(inputSegment) }),
  withData("system_item", { item: systemItem }),
  withData("segment_rotated", { entry: segmentStart }),
  withData("turn_start", { turn: uint }),
  withData("turn_end", {
    turn: uint,
    result: turnResult,
    /** Ours; the reference does not tell. */
    stop_reason: v.exactOptional(stopReason),
    /** Ours; the id of the model that answered, when it is not the one that the greeting names. */
    model: v.exactOptional(v.string()),
  }),
  withData("llm_call_start", llmCall),
  withData("llm_call_end", llmCall),
  withData("llm_retry", {
    ...llmCall,
    /** From 1. */
    failed_attempt: uint,
    max_attempts: uint,
    wait_ms: uint,
    elapsed_ms: uint,
    /** HTTP status. */
    status: v.exactOptional(uint),
    error: v.string(),
  }),
  withData("llm_continuation", {
    ...llmCall,
    attempt: uint,
    max_attempts: uint,
    reason: v.string(),
  }),
  withData("text_delta", text),
  withData("text_done", text),
  bare("thinking_start"),
  withData("thinking_delta", text),
  withData("thinking_done", text),
  withData("tool_call_start", { id: v.string(), name: v.string() }),
  withData("tool_call_args_delta", { id: v.string(), json: v.string() }),
  withData("tool_call_done", { id: v.string(), name: v.string(), arguments: v.string() }),
  withData("tool_result", {
    id: v.string(),
    summary: v.string(),
    output: v.exactOptional(v.string()),
    is_error: v.optional(v.boolean(), false),
  }),
  withData("usage", {
    /** The whole prompt, cached parts included; null when the provider does not say. */
    input_tokens: v.optional(v.nullable(uint), null),
    output_tokens: v.optional(v.nullable(uint), null),
    cache_read_input_tokens: v.exactOptional(uint),
    /** Ours; what the call has cost in US dollars, where the catalog knows the model's price. */
    cost_usd: v.exactOptional(v.number()),
  }),
  withData("run_end", { result: runResult }),
  withData("error", { code: errorCode, message: v.string() }),
  withData("completions", { kind: completionKind, entries: v.array(completion) }),
  withData("rewind_targets", { head_entries: uint, targets: v.array(rewindTarget) }),
  withData("rewind_applied", { entries, input: v.array(inputSegment), summary: rewindSummary }),
  withData("visible_pods", { pods: visiblePods }),
  withData("pod_inspection", { pod: inspectedPod }),
  withData("pod_attach_restore", { result: attachResult }),
  withData("memory_worker", {
    worker: v.string(),
    status: v.string(),
    run_id: v.string(),
    trigger: v.string(),
    reason: v.string(),
    message: v.string(),
    timestamp_ms: uint,
  }),
  bare("compact_start"),
  withData("compact_done", {
    new_segment_id: v.string(),
    usage: v.exactOptional(compactionUsage),
  }),
  withData("compact_failed", { error: v.string(), usage: v.exactOptional(compactionUsage) }),
  bare("shutdown"),
]);
export type Event = v.InferOutput<typeof event>;

/**
 * A parsed line of a pod as an event, for clients.
 *
 * @throws {ProtocolError} `invalid_event` if it is no event, or one that this version does not know; a
 * client passes over such a line and goes on (spec 10 W-27).
 */
export function parseEvent(value: unknown): Event {
  const result = v.safeParse(event, value, { abortEarly: true });
  if (result.success) return result.output;
  const name = tagOf("event", value);
  const which = typeof name === "string" ? `event ${name}` : "event";
  throw new ProtocolError("invalid_event", `invalid ${which}: ${issueText(result.issues)}`);
}
