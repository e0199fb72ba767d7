import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import type { Item } from "../../lib/protocol/mod.ts";
import type { ModelEvent } from "../../lib/providers/mod.ts";
import { type ChatChunk, ChatReader } from "../../lib/providers/openai_chat_stream.ts";

type Delta = NonNullable<NonNullable<ChatChunk["choices"]>[number]["delta"]>;
type Piece = NonNullable<Delta["tool_calls"]>[number];

/** The model events of a stream with these deltas. */
function read(deltas: readonly Delta[], finish_reason = "stop", history: Item[] = []) {
  const reader = new ChatReader(history);
  const events: ModelEvent[] = [];
  for (const delta of deltas) reader.read({ choices: [{ delta }] }, events);
  reader.read({ choices: [{ delta: {}, finish_reason }] }, events);
  return { events, reader };
}

/** The tool calls of a stream with these pieces, as `[id, name, arguments]`. */
function callsOf(pieces: readonly Piece[], history: Item[] = []) {
  const { events } = read(pieces.map((piece) => ({ tool_calls: [piece] })), "stop", history);
  const calls = new Map<number, [id: string, name: string, args: string]>();
  let closed = 0;
  for (const event of events) {
    if (event.type === "block_start" && event.block.kind === "tool_call") {
      calls.set(event.index, [event.block.id, event.block.name, ""]);
    }
    const call = event.type === "block_delta" ? calls.get(event.index) : undefined;
    if (call !== undefined && event.type === "block_delta") call[2] += event.text;
    if (event.type === "block_stop") closed++;
  }
  equal(closed, calls.size, "every block is closed");
  return [...calls.values()];
}

const piece = (args: string, rest: Omit<Piece, "function"> & { name?: string } = {}): Piece => {
  const { name, ...wire } = rest;
  return { ...wire, function: { arguments: args, ...(name !== undefined && { name }) } };
};

Deno.test("thinking of compatible servers is a thinking block, under either name", () => {
  const expected: ModelEvent[] = [
    { type: "block_start", index: 0, block: { kind: "thinking" } },
    { type: "block_delta", index: 0, text: "hm" },
    { type: "block_delta", index: 0, text: "." },
    { type: "block_stop", index: 0, reasoning: { scheme: "openai_chat" } },
    { type: "block_start", index: 1, block: { kind: "text" } },
    { type: "block_delta", index: 1, text: "Hi" },
    { type: "block_stop", index: 1 },
  ];
  for (
    const thinking of [
      (text: string) => ({ reasoning: text, content: "" }),
      (text: string) => ({ reasoning_content: text, content: null }),
      (text: string) => ({ reasoning: text, reasoning_content: text }),
    ]
  ) {
    deepEqual(read([thinking("hm"), thinking("."), { content: "Hi" }]).events, expected);
  }
});

Deno.test("a refusal is a block of its own kind", () => {
  deepEqual(read([{ refusal: "I " }, { refusal: "won't." }]).events, [
    { type: "block_start", index: 0, block: { kind: "refusal" } },
    { type: "block_delta", index: 0, text: "I " },
    { type: "block_delta", index: 0, text: "won't." },
    { type: "block_stop", index: 0 },
  ]);
});

Deno.test("every finish reason has its meaning", () => {
  const reasons: [string, string][] = [
    ["stop", "end_turn"],
    ["length", "max_tokens"],
    ["tool_calls", "tool_use"],
    ["function_call", "tool_use"],
    ["content_filter", "refusal"],
    ["something new", "end_turn"],
  ];
  for (const [wire, reason] of reasons) equal(read([], wire).reader.stopReason, reason, wire);
  equal(read([{ tool_calls: [piece("{}", { name: "Read" })] }]).reader.stopReason, "tool_use");
  equal(read([], "").reader.stopReason, undefined);
});

Deno.test("calls that come in pieces", () => {
  deepEqual(
    callsOf([
      piece("", { index: 0, id: "a", name: "Read" }),
      piece('{"x', { index: 0 }),
      piece('":1}', { index: 0, id: "a", name: "Read" }),
      piece("{", { index: 1, id: "b", name: "Now" }),
      piece("}", { index: 1, id: "b" }),
    ]),
    [["a", "Read", '{"x":1}'], ["b", "Now", "{}"]],
  );
});

Deno.test("pieces without index or id belong to the call before them", () => {
  const [call] = callsOf([piece("", { name: "Read" }), piece('{"x'), piece('":1}', { name: "" })]);
  deepEqual(call?.slice(1), ["Read", '{"x":1}']);
});

Deno.test("whole calls with the same index, told apart by id, by name, or by being whole", () => {
  const args = (calls: readonly Piece[]) => callsOf(calls).map(([, name, text]) => [name, text]);
  deepEqual(
    args([
      piece('{"x":1}', { index: 0, id: "a", name: "Read" }),
      piece('{"x":2}', { index: 0, id: "b", name: "Read" }),
    ]),
    [["Read", '{"x":1}'], ["Read", '{"x":2}']],
  );
  deepEqual(
    args([piece("", { index: 0, name: "Now" }), piece("", { index: 0, name: "Here" })]),
    [["Now", ""], ["Here", ""]],
  );
  deepEqual(
    args([piece('{"x":1}', { name: "Read" }), piece('{"x":2}', { name: "Read" })]),
    [["Read", '{"x":1}'], ["Read", '{"x":2}']],
  );
  deepEqual(
    args([piece('{"x"', { name: "Read" }), piece(":1}", { name: "Read" })]),
    [["Read", '{"x":1}']],
  );
});

Deno.test("missing ids are made up, repeated ones replaced, also over turns", () => {
  const history: Item[] = [{ kind: "tool_call", call_id: "call_0", name: "Read", arguments: "{}" }];
  const ids = callsOf([
    piece("{}", { index: 0, id: "call_0", name: "Read" }),
    piece("{}", { index: 1, id: "call_1", name: "Read" }),
    piece("{}", { index: 2, id: "call_1", name: "Read" }),
    piece("{}", { index: 3, id: "", name: "Read" }),
    piece("{}", { index: 4, name: "Read" }),
  ], history).map(([id]) => id);
  equal(new Set([...ids, "call_0"]).size, 6);
  equal(ids[1], "call_1");
  notEqual(ids[0], "call_0");
  for (const id of ids.filter((id) => id !== "call_1")) match(id, /^call_[0-9a-f]{32}$/);
});

Deno.test("a piece that belongs to no open call breaks the stream instead of making half a call", () => {
  const orphan = { kind: "broken", message: /belongs to no call that is open/ };
  throws(() => callsOf([piece('{"x":1}', { index: 0 })]), orphan);
  throws(() =>
    callsOf([
      piece('{"x"', { index: 0, id: "a", name: "Read" }),
      piece("{}", { index: 1, id: "b", name: "Read" }),
      piece(":1}", { index: 0 }),
    ]), orphan);
});

Deno.test("chunks may lack everything", () => {
  const reader = new ChatReader([]);
  const events: ModelEvent[] = [];
  const chunks: ChatChunk[] = [
    {},
    { choices: null, usage: null },
    { choices: [] },
    { choices: [{}] },
    { choices: [{ delta: null, finish_reason: null }] },
    { choices: [{ delta: { content: null, tool_calls: null } }] },
    { usage: { prompt_tokens: 3 } },
  ];
  for (const chunk of chunks) reader.read(chunk, events);
  deepEqual(events, [{
    type: "usage",
    usage: { inputTokens: 3, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null },
  }]);
  equal(reader.stopReason, undefined);
});

Deno.test("what comes after the finish is no part of the answer", () => {
  const { events, reader } = read([{ content: "Hi" }]);
  const length = events.length;
  reader.read({ choices: [{ delta: { content: "more" }, finish_reason: "length" }] }, events);
  equal(events.length, length);
  equal(reader.stopReason, "end_turn");
});
