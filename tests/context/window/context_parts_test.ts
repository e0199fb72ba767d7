import { contextParts, ContextWindow } from "../../../lib/context/mod.ts";
import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";

const HISTORY: Item[] = [
  textMessage("user", "x".repeat(4000)),
  { kind: "reasoning", text: "hm" },
  { kind: "tool_call", call_id: "c1", name: "Read", arguments: "{}" },
  { kind: "tool_result", call_id: "c1", summary: "read", content: "y".repeat(8000) },
  textMessage("system", "[Notification]\nhi"),
  textMessage("assistant", "done"),
];

Deno.test("every item is in one part, and what was dropped takes nothing", () => {
  const window = new ContextWindow(HISTORY);
  window.pruneBelow(5);
  const parts = contextParts(window, "s".repeat(400));
  deepEqual(parts.map(({ part, items }) => [part, items]), [
    ["system prompt", null],
    ["tools", null],
    ["user", 1],
    ["assistant", 1],
    ["thinking", 1],
    ["tool calls", 1],
    ["tool results", 1],
    ["notes of the runtime", 1],
  ]);
  equal(parts[0]?.tokens, 100);
  equal(parts[1]?.tokens, 0);
  equal((parts[6]?.tokens ?? 99) < 25, true);
});

Deno.test("the tools are what a measured prompt takes beyond items and system prompt", () => {
  const window = new ContextWindow(HISTORY);
  window.measured(HISTORY.length, Math.floor(window.bytes() / 4) + 1500);
  const tools = contextParts(window, "s".repeat(400)).find(({ part }) => part === "tools");
  equal(tools?.tokens, 1400);
});
