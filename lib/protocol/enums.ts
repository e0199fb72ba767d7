import * as v from "valibot";

/** What a pod is doing, as its clients see it (spec 10 §4.1). */
export const podStatus = v.picklist(["idle", "running", "paused"]);
export type PodStatus = v.InferOutput<typeof podStatus>;

/** How a run ended that did not fail, as clients are told. */
export const runResult = v.picklist(["finished", "paused", "limit_reached", "rolled_back"]);
export type RunResult = v.InferOutput<typeof runResult>;

/** How a run ended that did not fail, as the log records it (spec 30 §2.4). */
export const runOutcome = v.picklist(["finished", "paused", "limit_reached", "yielded"]);
export type RunOutcome = v.InferOutput<typeof runOutcome>;

/** How a turn closed. */
export const turnResult = v.picklist(["finished", "paused"]);
export type TurnResult = v.InferOutput<typeof turnResult>;

/** Why the model stopped; an answer cut at `max_tokens` is incomplete. */
export const stopReason = v.picklist([
  "end_turn",
  "tool_use",
  "max_tokens",
  "stop_sequence",
  "refusal",
]);
export type StopReason = v.InferOutput<typeof stopReason>;

/** What made an idle pod start to work; the last two have no producer yet. */
export const invokeKind = v.picklist([
  "user_send",
  "notify",
  "pod_event",
  "system_reminder",
  "wakeup",
]);
export type InvokeKind = v.InferOutput<typeof invokeKind>;

/** The codes of the `error` event. */
export const errorCode = v.picklist([
  "already_running",
  "not_running",
  "not_paused",
  "provider_error",
  "tool_error",
  "invalid_request",
  "internal",
]);
export type ErrorCode = v.InferOutput<typeof errorCode>;

/** How bad an alert is. */
export const alertLevel = v.picklist(["warn", "error"]);
export type AlertLevel = v.InferOutput<typeof alertLevel>;

/** Which part of the pod raised an alert. */
export const alertSource = v.picklist(["pod", "worker", "compactor", "agents_md"]);
export type AlertSource = v.InferOutput<typeof alertSource>;
