import type { RunEnd } from "../pod/mod.ts";
import type { PodEvent } from "../protocol/mod.ts";

/** What a parent is told of a run that ended neither well nor badly. */
const UNFINISHED = {
  paused: "the turn was paused; it goes on when the pod is resumed",
  limit_reached: "the turn was ended by its turn limit",
  rolled_back: "the turn was stopped before it had begun, and its input was taken back",
} as const;

/** The end of a run as its pod's parent hears of it (spec 10 §6.3, W-21). */
export function reportOf(end: RunEnd, pod_name: string): PodEvent {
  if (end.result === "finished") return { kind: "turn_ended", pod_name };
  const message = "code" in end ? end.message : UNFINISHED[end.result];
  return { kind: "errored", pod_name, message };
}
