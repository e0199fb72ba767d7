import { PodError } from "../base/mod.ts";
import type { StopReason } from "../host/mod.ts";
import { LiveError } from "./live_error.ts";

/** What the exit status of `pod` says; decided from the final state alone. */
export const EXIT = {
  finished: 0,
  failed: 1,
  /** Wrong usage or configuration: nothing was run. */
  usage: 2,
  limitReached: 3,
  paused: 4,
  timeout: 124,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGPIPE: whoever read standard output has gone. */
  outputClosed: 141,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;

/** The code for a run that was stopped from outside. */
export const EXIT_OF_STOP: Readonly<Record<StopReason, number>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  timeout: EXIT.timeout,
  output_closed: EXIT.outputClosed,
};

/** The code for an error: what pod raises on purpose before anything has run is the user's to mend. */
export function exitCodeOf(error: unknown): number {
  return error instanceof PodError && !(error instanceof LiveError) ? EXIT.usage : EXIT.failed;
}
