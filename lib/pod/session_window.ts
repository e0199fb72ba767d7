import { ContextWindow } from "../context/mod.ts";
import type { SessionState } from "../session/mod.ts";
import { prunedBelow } from "./metrics.ts";

/** What of a session's history is sent and what it takes, as its log says; the history may grow on. */
export function sessionWindow(
  { history, observations }: Pick<SessionState, "history" | "observations">,
): ContextWindow {
  const window = new ContextWindow(history);
  // In their order: what was measured before output was dropped was larger than it is now.
  for (const entry of observations) {
    if (entry.kind === "extension") window.pruneBelow(prunedBelow(entry));
    else window.measured(entry.history_len, entry.input_total_tokens);
  }
  return window;
}
