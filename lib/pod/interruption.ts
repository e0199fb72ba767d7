import type { Addition } from "../agent/mod.ts";
import type { PromptCatalog } from "../context/mod.ts";
import { type Item, openToolCalls, type SystemItem, textMessage } from "../protocol/mod.ts";
import type { Interruption } from "../session/mod.ts";

/**
 * What has to enter the history before the model can be asked for something new: a result for every
 * open tool call, in order, then a note that says what happened.
 */
export function tidyUp(
  history: readonly Item[],
  cause: Interruption,
  prompts: PromptCatalog,
): Addition[] {
  const summary = prompts.render("interrupt_tool_result_summary", { cause });
  const closings = openToolCalls(history).map(({ call_id }): Addition => ({
    item: { kind: "tool_result", call_id, summary },
  }));
  const note: SystemItem = {
    kind: "interrupt",
    body: prompts.render("interrupt_system_note", { cause }),
  };
  return [...closings, { item: textMessage("system", note.body), note }];
}
