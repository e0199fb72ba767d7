import type { Step } from "../agent/mod.ts";
import type { Entry, Event } from "../protocol/mod.ts";

/** What makes one step of the turn loop durable, and what clients see of it. */
export interface Commit {
  /** Goes to the log first. */
  readonly entry?: Entry;
  /** Published when the entry is in the log. */
  readonly event?: Event;
}

/** Maps a step of the turn loop to its log entry and its event. */
export function commitOf(step: Step): Commit {
  const ts = Date.now();
  switch (step.kind) {
    case "event":
      return { event: step.event };
    case "usage":
      return {
        entry: {
          kind: "llm_usage",
          ts,
          history_len: step.historyLength,
          input_total_tokens: step.usage.inputTokens ?? 0,
          cache_read_tokens: step.usage.cacheReadTokens ?? 0,
          cache_write_tokens: step.usage.cacheWriteTokens ?? 0,
          output_tokens: step.usage.outputTokens ?? 0,
        },
      };
    case "append":
      if (step.note !== undefined) {
        return {
          entry: { kind: "system_item", ts, item: step.note },
          event: { event: "system_item", data: { item: step.note } },
        };
      }
      if (step.item.kind === "tool_result") {
        return { entry: { kind: "tool_result", ts, item: step.item } };
      }
      return { entry: { kind: "assistant_item", ts, item: step.item } };
  }
}
