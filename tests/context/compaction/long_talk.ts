import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import type { ModelEvent } from "../../../lib/providers/mod.ts";
import { answer, call, type EventModel, text, usage } from "../../support/event_model.ts";

export type Message = Extract<Item, { kind: "message" }>;

/** A long talk with a file in it; the last words fit into a small tail. */
export const HISTORY: Item[] = [
  textMessage("user", `first ${"a".repeat(2000)}`),
  { kind: "tool_call", call_id: "c1", name: "Read", arguments: '{"file_path":"NEEDLE.txt"}' },
  { kind: "tool_result", call_id: "c1", summary: "Read 9 lines", content: "haystack" },
  textMessage("assistant", `said ${"b".repeat(2000)}`),
  textMessage("user", "second"),
  textMessage("assistant", `done ${"c".repeat(400)}`),
];

export function uses(name: string, args: object, id: string = crypto.randomUUID()) {
  return call(id, name, JSON.stringify(args));
}

export const SUMMARY = uses("write_summary", { text: "## Active Task\nAll is well." });
export const END = answer(text("ok"));

/** The text of each result that the summariser was given before its last request. */
export function resultsSeen(model: EventModel): string[] {
  return model.requests.at(-1)?.items.flatMap((item) =>
    item.kind === "tool_result" ? [`${item.summary}\n${item.content ?? ""}`.trim()] : []
  ) ?? [];
}

/** The answer, with another number of prompt tokens. */
export function measuring(tokens: number, events: readonly ModelEvent[]): ModelEvent[] {
  return events.map((event) => event.type === "usage" ? usage(tokens, 5) : event);
}
