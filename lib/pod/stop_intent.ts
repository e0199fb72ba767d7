/**
 * What whoever stops a run wants of it: `cancel` to be rid of it, `pause` to go on later, `shutdown` to
 * leave. It travels as the reason of the run's AbortSignal.
 */
export type StopIntent = "cancel" | "pause" | "shutdown";

/** The intent behind an aborted signal; signals of the process and time limits count as `shutdown`. */
export function stopIntentOf({ reason }: AbortSignal): StopIntent {
  return reason === "cancel" || reason === "pause" ? reason : "shutdown";
}
