import { clip, overviewOf } from "../../../lib/context/compaction/overview.ts";
import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../../support/assert.ts";

const LIMITS = {
  overview_target_tokens: 8000,
  overview_warning_tokens: 16_000,
  overview_deadline_tokens: 40_000,
};

Deno.test("40.12-33 what tools were given and gave, and thoughts, are never in an overview", () => {
  const items: Item[] = [
    textMessage("user", "look"),
    { kind: "reasoning", text: "SECRET thought", summary: ["SECRET plan"] },
    { kind: "tool_call", call_id: "c1", name: "Read", arguments: '{"file_path":"SECRET"}' },
    { kind: "tool_result", call_id: "c1", summary: "Read 1 line", content: "SECRET" },
    textMessage("assistant", "It says hi."),
  ];
  const { text, warnings } = overviewOf(items, LIMITS);
  ok(!text.includes("SECRET"), text);
  deepEqual(warnings, []);
  match(text, /^5 items: 2 messages, 1 tool calls, 1 tool results, 1 reasoning items\./);
  for (
    const line of [
      "[0 User] look",
      "[4 Assistant] It says hi.",
      "[2 ToolCall] Read",
      "[3 ToolResult] Read 1 line",
    ]
  ) {
    ok(text.includes(line), `${line} in ${text}`);
  }
});

Deno.test("40.8.4 the newest messages come whole, those that do not fit are counted", () => {
  const items = Array.from(
    { length: 50 },
    (_, index) => textMessage("user", `m${index} ${"x".repeat(3000)}`),
  );
  const { text } = overviewOf(items, LIMITS);
  ok(text.includes("[49 User] m49"));
  ok(!text.includes("[0 User]"));
  match(text, /… \[truncated\]/);
  match(text, /\[Overview omitted \d+ older message\(s\) to stay near target\.\]/);
  ok(text.indexOf("[48 User]") < text.indexOf("[49 User]"));
});

Deno.test("a text is clipped by characters, not by their parts", () => {
  equal(clip("a👍b", 3), "a👍b");
  equal(clip("a👍b", 2), "a👍… [truncated]");
  equal(clip("", 0), "");
});

Deno.test("40.8.4 of very many calls the newest 24 are listed", () => {
  const items = Array.from({ length: 40 }, (_, index): Item => ({
    kind: "tool_call",
    call_id: `${index}`,
    name: "Read",
    arguments: "{}",
  }));
  const { text } = overviewOf(items, LIMITS);
  equal(text.match(/ToolCall/g)?.length, 24);
  ok(text.includes("[39 ToolCall]") && !text.includes("[15 ToolCall]"));
  ok(text.endsWith("[Additional tool index entries omitted.]"));
});

Deno.test("40.8.4 where the messages have taken the room, the tools are listed down to one result", () => {
  const items: Item[] = ["a", "b", "c"].flatMap((id): Item[] => [
    { kind: "tool_call", call_id: id, name: "Read", arguments: "{}" },
    { kind: "tool_result", call_id: id, summary: `read ${id}` },
  ]);
  items.push(textMessage("user", "x".repeat(1900)));
  const { text } = overviewOf(items, { ...LIMITS, overview_target_tokens: 256 });
  ok(text.endsWith("[5 ToolResult] read c\n[Additional tool index entries omitted.]"), text);
  ok(overviewOf(items, LIMITS).text.endsWith("[5 ToolResult] read c"));
});

Deno.test("40.12-33 a large overview is told of, one past the deadline becomes coarse", () => {
  const items = [textMessage("user", "y".repeat(1900)), textMessage("user", "x".repeat(1900))];
  const warned = overviewOf(items, { ...LIMITS, overview_warning_tokens: 100 });
  match(
    warned.warnings[0] ?? "",
    /^compact overview is larger than expected \(≈\d+ tokens; warning threshold 100\)$/,
  );
  const coarse = overviewOf(items, { ...LIMITS, overview_deadline_tokens: 200 });
  deepEqual(coarse.warnings, [
    "compact overview exceeded deadline (200 tokens); using coarse fallback",
  ]);
  ok(coarse.text.includes("## Coarse recent message index"));
  ok(coarse.text.length < 900, coarse.text);
});
