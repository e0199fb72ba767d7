import type { ErrorCode } from "../protocol/mod.ts";

/** Why a method is refused, as the client that sent it is told. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly message: string;
}

function rejection(code: ErrorCode, message: string): Rejection {
  return { code, message };
}

/** The refusals of the state table (spec 10 §5). */
export const REJECTIONS = {
  running: rejection("already_running", "Pod is already executing a turn"),
  runningNoRewind: rejection(
    "already_running",
    "Pod is already executing a turn; rewind/compact can only run while idle or paused",
  ),
  runningNoDiscovery: rejection(
    "already_running",
    "Pod discovery requests are only handled while the Pod is idle or paused",
  ),
  notPaused: rejection("not_paused", "Pod is not paused"),
  notRunning: rejection("not_running", "Pod is not running"),
  pausedNoCompact: rejection(
    "invalid_request",
    "Cannot compact while the Pod is paused; resume or start a fresh turn first",
  ),
  pausedNoRewind: rejection(
    "invalid_request",
    "Cannot apply rewind while the Pod is paused; resume or wait for idle first",
  ),
  emptyInput: rejection("invalid_request", "the input is empty; say what is to be done"),
  shuttingDown: rejection("internal", "Pod is shutting down"),
} as const;

/** The refusal for a pod that this one does not know. */
export function notVisible(name: string): Rejection {
  return rejection("invalid_request", `pod \`${name}\` is not visible to this Pod`);
}
