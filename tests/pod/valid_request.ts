import { type Item, messageText } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";

/**
 * Fails unless a model can be asked this: every call has exactly one result, results follow the calls
 * that they answer before anybody says anything else, and it is the model's turn.
 */
export function assertValidRequest(items: readonly Item[]): void {
  const open = new Set<string>();
  const seen = new Set<string>();
  for (const item of items) {
    switch (item.kind) {
      case "tool_call":
        ok(!seen.has(item.call_id), `call ${item.call_id} comes twice`);
        seen.add(item.call_id);
        open.add(item.call_id);
        break;
      case "tool_result":
        ok(open.delete(item.call_id), `result of ${item.call_id} without an open call`);
        break;
      case "message":
        if (item.role !== "assistant") deepEqual([...open], [], "all calls are answered first");
    }
  }
  deepEqual([...open], [], "all calls are answered");
  const last = items.at(-1);
  ok(last?.kind === "tool_result" || (last?.kind === "message" && last.role !== "assistant"));
}

/** What users said, in order. */
export function inputsIn(items: readonly Item[]): string[] {
  return textsOf(items, "user");
}

/** The messages of the notifications, in order. */
export function notificationsIn(items: readonly Item[]): string[] {
  return textsOf(items, "system").flatMap((text) =>
    /^\[Notification\]\n(.*)\n/.exec(text)?.[1] ?? []
  );
}

/** How many notes there are that a run was cut short. */
export function interruptNotesIn(items: readonly Item[]): number {
  return items.filter(isInterruptNote).length;
}

/** Fails unless the last note, what it closes, and `input` stand together in that order. */
export function assertNoteBefore(input: string, items: readonly Item[]): void {
  const index = items.findLastIndex(isInterruptNote);
  const next = items[index + 1];
  equal(next?.kind === "message" && next.role === "user" ? messageText(next) : next?.kind, input);
}

function textsOf(items: readonly Item[], role: "user" | "system"): string[] {
  return items.flatMap((item) =>
    item.kind === "message" && item.role === role ? [messageText(item)] : []
  );
}

function isInterruptNote(item: Item): boolean {
  return item.kind === "message" && item.role === "system" &&
    messageText(item).startsWith("[The previous turn ");
}
