/**
 * One agent with a durable session. In: user input, notifications, and a signal to stop. Out: log
 * entries, each written before anything depends on it, and events for whoever watches, in one order.
 *
 * @module
 */
export { type Commit, commitOf } from "./commit.ts";
export { Pod } from "./pod.ts";
export type { PodParts, RestoredSession } from "./pod_parts.ts";
export { failedEnd, type RunEnd, wireCodeOf } from "./run_end.ts";
export { sessionWindow } from "./session_window.ts";
export { type StopIntent, stopIntentOf } from "./stop_intent.ts";
