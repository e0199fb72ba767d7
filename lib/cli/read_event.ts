import type { RunEnd } from "../pod/mod.ts";
import type { Event, PodStatus } from "../protocol/mod.ts";

/** The status that an event tells; null for any other event. */
export function statusOf(event: Event): PodStatus | null {
  return event.event === "status" ? event.data.status : null;
}

/** The end of a run that an event tells; null for any other event. */
export function endOf(event: Event): RunEnd | null {
  if (event.event === "run_end") {
    const { result } = event.data;
    return result === "paused" ? { result, stopped: true } : { result };
  }
  // One with `reply_to` refuses a method.
  if (event.event !== "error" || event.reply_to !== undefined) return null;
  // The wire has no code of its own for it (spec 10 §5).
  const isCancelled = event.data.message === "Cancelled";
  return { result: isCancelled ? "cancelled" : "failed", ...event.data };
}
