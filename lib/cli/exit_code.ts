import type { StopReason } from "../host/mod.ts";

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
