import { ContextWindow } from "../context/mod.ts";
import type { SessionState } from "../session/mod.ts";
import { prunedBelow } from "./metrics.ts";

/** What of a session's history is sent, as its log says. */
export function sessionWindow({ history, usage, extensions }: SessionState): ContextWindow {
  return new ContextWindow(history, { usage, prunedBelow: prunedBelow(extensions) });
}
