import type { Addition } from "../agent/mod.ts";
import { type Item, openToolCalls, type SystemItem, textMessage } from "../protocol/mod.ts";
import type { Interruption } from "../session/mod.ts";

/** The summary that closes a tool call which nobody will run any more (spec 30 §5.3). */
const CLOSING_SUMMARY: Readonly<Record<Interruption, string>> = {
  user: "[Interrupted by user]",
  failure: "[No result: the turn ended with an error]",
  restart: "[Interrupted by restart]",
};

const NOTES: Readonly<Record<Interruption, string>> = {
  user: "[The previous turn was interrupted by the user. The user's next request follows.]",
  failure:
    "[The previous turn ended early because of an error. What was said last may be incomplete.]",
  restart: "[The previous turn ended early because this program was restarted. " +
    "Tools that were running then may have done part of their work.]",
};

/**
 * What has to enter the history before the model can be asked for something new: a result for every
 * open tool call, in order, then a note that says what happened.
 */
export function tidyUp(history: readonly Item[], interruption: Interruption): Addition[] {
  const closings = closeCalls(history, interruption);
  const note: SystemItem = { kind: "interrupt", body: NOTES[interruption] };
  return [...closings, { item: textMessage("system", note.body), note }];
}

/** The results that close all open tool calls. */
export function closeCalls(history: readonly Item[], interruption: Interruption): Addition[] {
  return openToolCalls(history).map(({ call_id }) => ({
    item: { kind: "tool_result", call_id, summary: CLOSING_SUMMARY[interruption] },
  }));
}
