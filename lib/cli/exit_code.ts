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
