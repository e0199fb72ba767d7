import { RunError } from "../agent/mod.ts";
import { messageOf, PodError } from "../base/mod.ts";
import type { Entry, ErrorCode, Event } from "../protocol/mod.ts";

/** How a run ended. `message` and `code` are what clients are told. */
export type RunEnd =
  | { readonly result: "finished" | "limit_reached" }
  /** Stopped before it had shown anything: as if it had never been. */
  | { readonly result: "rolled_back" }
  /** By a hook, or because somebody asked for it: `stopped` tells. */
  | { readonly result: "paused"; readonly stopped: boolean }
  | {
    readonly result: "failed" | "cancelled";
    readonly code: ErrorCode;
    readonly message: string;
    /** Whether the pod is left paused: it can go on where it was, when whoever failed does better. */
    readonly resumable?: true;
  };

const WIRE_CODES: Readonly<Record<string, ErrorCode>> = {
  client: "provider_error",
  invalid_request: "invalid_request",
};

/** The code of the `error` event for anything that can end a run (spec 30 §5.5). */
export function wireCodeOf(error: unknown): ErrorCode {
  return error instanceof PodError ? WIRE_CODES[error.code] ?? "internal" : "internal";
}

/** The end of a run that threw. */
export function failedEnd(error: unknown): RunEnd {
  const cancelled = error instanceof RunError && error.code === "cancelled";
  return {
    result: cancelled ? "cancelled" : "failed",
    code: wireCodeOf(error),
    message: messageOf(error),
  };
}

/** Whether the pod waits for being resumed after such an end. */
export function isPaused(end: RunEnd): boolean {
  return end.result === "paused" || ("code" in end && end.resumable === true);
}

/** The entry that closes a run in the log; a pause that was asked for is a cancel there. */
export function outcomeEntry(end: Exclude<RunEnd, { result: "rolled_back" }>): Entry {
  const ts = Date.now();
  if ("code" in end) return { kind: "run_errored", ts, interrupted: true, message: end.message };
  if (end.result === "paused" && end.stopped) {
    return { kind: "run_errored", ts, interrupted: true, message: "Cancelled" };
  }
  return { kind: "run_completed", ts, interrupted: end.result === "paused", result: end.result };
}

/** What clients are told of the end of a run. */
export function endEvent(end: RunEnd): Event {
  if ("code" in end) return { event: "error", data: { code: end.code, message: end.message } };
  return { event: "run_end", data: { result: end.result } };
}
