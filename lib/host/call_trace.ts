import { messageOf } from "../base/mod.ts";
import type { Pod } from "../pod/mod.ts";
import type { Trace } from "../providers/mod.ts";
import { type SessionStore, TraceFile } from "../session/mod.ts";

/**
 * A trace of a pod's model calls, in a file beside the segment that it writes to (spec 20 §4.5). Models
 * are opened before there is a pod, and called only after.
 */
export class CallTrace {
  readonly #sessions: SessionStore;
  #write: Trace = () => {};

  constructor(sessions: SessionStore) {
    this.#sessions = sessions;
  }

  /** Takes a step of a call. */
  readonly add: Trace = (step) => this.#write(step);

  /** From here on the calls are those of a pod; `warn` is told when the file cannot be written. */
  follow(pod: Pod, sessionId: string, warn: (message: string) => void): void {
    const file = new TraceFile(
      () => this.#sessions.tracePath(sessionId, pod.segmentId),
      (error) => warn(`the trace cannot be written: ${messageOf(error)}`),
    );
    this.#write = (step) => {
      const { turnCount: turn, callCount: llm_call } = pod;
      file.append({ ts: Date.now(), turn, llm_call, ...step });
    };
  }
}
