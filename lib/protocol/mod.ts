/**
 * The wire: what clients send to a pod, what a pod sends to its clients, and the log entries that
 * travel in both snapshots and session files. In come JSON lines and parsed JSON values; out come typed
 * values, or a `ProtocolError` that says what is wrong. Types are inferred from the schemas here and are
 * written nowhere else. This room does no input or output.
 *
 * @module
 */
export * from "./compaction_usage.ts";
export * from "./completion.ts";
export * from "./discovery.ts";
export * from "./entry.ts";
export * from "./enums.ts";
export { issueText, ProtocolError } from "./error.ts";
export * from "./event.ts";
export * from "./greeting.ts";
export * from "./in_flight.ts";
export * from "./item.ts";
export * from "./method.ts";
export * from "./number.ts";
export * from "./pod_event.ts";
export * from "./request_config.ts";
export * from "./rewind.ts";
export * from "./scope_rule.ts";
export * from "./segment.ts";
export * from "./system_item.ts";
export { tagged } from "./tagged.ts";
