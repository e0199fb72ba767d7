/**
 * What a pod keeps on disk: segment logs, one JSON entry a line, and the metadata that leads from a pod's
 * name to its conversation. In come entries to append; out come entries read back, and the state that
 * they add up to. A line counts once its newline is there; damage elsewhere is an error with file and
 * line, never skipped. The room knows nothing of turns, models or clients.
 *
 * @module
 */
export { SessionError, type SessionErrorCode } from "./error.ts";
export * from "./extension.ts";
export { forkAt } from "./fork.ts";
export { type Log, MemoryLog } from "./log.ts";
export * from "./metadata.ts";
export { type ActiveOptions, PodMetadataStore } from "./metadata_store.ts";
export { isStoredPodName } from "./pod_name.ts";
export { replay } from "./replay.ts";
export { SegmentLog } from "./segment_log.ts";
export { type Interruption, type SessionState } from "./session_state.ts";
export { SessionStore } from "./store.ts";
export { TraceFile } from "./trace_file.ts";
