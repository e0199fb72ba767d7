import { messageOf } from "../base/mod.ts";
import type { Pod } from "../pod/mod.ts";
import type { Trace } from "../providers/mod.ts";
import { type SessionStore, TraceFile } from "../session/mod.ts";

/**
 * A trace of a pod's model calls, in a file beside the segment that it writes to (spec 20 §4.5).
 *
 * @param podNow asked with each step; models are opened before there is a pod, and called only after
 */
export function traceInto(
  sessions: SessionStore,
  sessionId: string,
  podNow: () => Pod,
  warn: (message: string) => void,
): Trace {
  const file = new TraceFile(
    () => sessions.tracePath(sessionId, podNow().segmentId),
    (error) => warn(`the trace cannot be written: ${messageOf(error)}`),
  );
  return (step) => {
    const { turnCount: turn, callCount: llm_call } = podNow();
    file.append({ ts: Date.now(), turn, llm_call, ...step });
  };
}
