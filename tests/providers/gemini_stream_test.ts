import { deepEqual, equal, match, notEqual, ok, throws } from "../support/assert.ts";
import type { Item } from "../../lib/protocol/mod.ts";
import type { ModelEvent } from "../../lib/providers/mod.ts";
import { geminiChunks } from "../../lib/providers/gemini_chunks.ts";
import { type GeminiChunk, GeminiReader } from "../../lib/providers/gemini_stream.ts";
import { geminiFrames } from "../support/model_frames.ts";

type Part = NonNullable<
  NonNullable<NonNullable<GeminiChunk["candidates"]>[number]["content"]>["parts"]
>[number];

/** Reads one chunk per list of parts, then the end. */
function read(chunks: readonly Part[][], finishReason = "STOP", history: Item[] = []) {
  const reader = new GeminiReader(history);
  const events: ModelEvent[] = [];
  for (const parts of chunks) reader.read({ candidates: [{ content: { parts } }] }, events);
  reader.read({ candidates: [{ finishReason }] }, events);
  return { events, reader };
}

/** The blocks of a stream as `[kind, text, reasoning]`. */
function blocksOf(events: readonly ModelEvent[]): unknown[][] {
  const blocks: unknown[][] = [];
  for (const event of events) {
    if (event.type === "block_start") blocks[event.index] = [event.block.kind, ""];
    const block = "index" in event ? blocks[event.index] : undefined;
    if (block !== undefined && event.type === "block_delta") block[1] += event.text;
    if (event.type === "block_stop" && event.reasoning) block?.push(event.reasoning);
  }
  return blocks;
}

const thoughtOf = (rest: object = {}) => ({ scheme: "gemini", ...rest });
const call = (id: string, rest: Partial<Part> = {}): Part => ({
  functionCall: { id, name: "Read", args: { x: id } },
  ...rest,
});

Deno.test("thoughts, text and calls are blocks of their own", () => {
  const { events } = read([
    [{ text: "Let me ", thought: true }],
    [{ text: "see.", thought: true }, { text: "I " }],
    [{ text: "look." }],
    [call("a"), call("b")],
    [{ text: "" }],
  ]);
  deepEqual(blocksOf(events), [
    ["thinking", "Let me see.", thoughtOf()],
    ["text", "I look."],
    ["tool_call", '{"x":"a"}'],
    ["tool_call", '{"x":"b"}'],
  ]);
});

Deno.test("a signature stands before the text or call that it came with", () => {
  const { events } = read([
    [{ text: "I ", thoughtSignature: "S1" }, { text: "look." }],
    [call("a", { thoughtSignature: "S2" }), call("b")],
  ]);
  deepEqual(blocksOf(events), [
    ["thinking", "", thoughtOf({ signature: "S1" })],
    ["text", "I look."],
    ["thinking", "", thoughtOf({ signature: "S2" })],
    ["tool_call", '{"x":"a"}'],
    ["tool_call", '{"x":"b"}'],
  ]);
});

Deno.test("a signature that comes when the text is over stands by itself", () => {
  const expected = [
    ["text", "4."],
    ["thinking", "", thoughtOf({ encryptedContent: "S" })],
  ];
  const empty = read([[{ text: "4." }], [{ text: "", thoughtSignature: "S" }]]);
  deepEqual(blocksOf(empty.events), expected);
  const rest = read([[{ text: "4" }], [{ text: ".", thoughtSignature: "S" }]]);
  deepEqual(blocksOf(rest.events), expected);
  deepEqual(blocksOf(read([[{ thoughtSignature: "S", thought: true }]]).events), [expected[1]]);
});

Deno.test("a signed thought keeps its signature, also when it comes after the words", () => {
  const { events } = read([
    [{ text: "one", thought: true, thoughtSignature: "S1" }],
    [{ text: "two", thought: true }],
    [{ text: "", thought: true, thoughtSignature: "S2" }],
  ]);
  deepEqual(blocksOf(events), [
    ["thinking", "one", thoughtOf({ signature: "S1" })],
    ["thinking", "two", thoughtOf({ signature: "S2" })],
  ]);
});

Deno.test("20.12-W9 ids are the server's own where it gives new ones, else made up", () => {
  const history: Item[] = [{ kind: "tool_call", call_id: "old", name: "Read", arguments: "{}" }];
  const unnamed = { functionCall: { name: "Read" } };
  const { events } = read([[call("old"), call("new"), call("new"), unnamed]], "STOP", history);
  const ids = events.flatMap((event) =>
    event.type === "block_start" && event.block.kind === "tool_call" ? [event.block.id] : []
  );
  equal(new Set([...ids, "old"]).size, 5);
  equal(ids[1], "new");
  notEqual(ids[0], "old");
  for (const id of ids.filter((id) => id !== "new")) match(id, /^call_[0-9a-f]{32}$/);
});

Deno.test("a call without arguments has an empty object", () => {
  const { events } = read([[{ functionCall: { id: "a", name: "Now" } }]]);
  deepEqual(blocksOf(events), [["tool_call", "{}"]]);
});

Deno.test("a call without a name breaks the stream", () => {
  throws(() => read([[{ functionCall: { id: "a" } }]]), { kind: "broken", message: /name/ });
});

Deno.test("every finish reason has its meaning", () => {
  const reasonOf = (...args: Parameters<typeof read>) => read(...args).reader.stopReason;
  equal(reasonOf([[{ text: "Hi" }]], "STOP"), "end_turn");
  equal(reasonOf([[call("a")]], "STOP"), "tool_use");
  equal(reasonOf([[call("a")]], "MAX_TOKENS"), "max_tokens");
  equal(reasonOf([], "CONTINUATION"), "max_tokens");
  equal(reasonOf([[{ text: "Hi" }]], ""), undefined);
  for (
    const reason of [
      "SAFETY",
      "RECITATION",
      "LANGUAGE",
      "BLOCKLIST",
      "PROHIBITED_CONTENT",
      "SPII",
      "OTHER",
      "SOMETHING_NEW",
    ]
  ) {
    const { events, reader } = read([[{ text: "half" }]], reason);
    equal(reader.stopReason, "refusal", reason);
    deepEqual(blocksOf(events), [
      ["text", "half"],
      ["refusal", `Gemini stopped the answer: ${reason}`],
    ]);
  }
  for (
    const reason of [
      "MALFORMED_FUNCTION_CALL",
      "MALFORMED_RESPONSE",
      "MISSING_THOUGHT_SIGNATURE",
      "TOO_MANY_TOOL_CALLS",
      "UNEXPECTED_TOOL_CALL",
    ]
  ) {
    const message = `API error [${reason}]: the answer cannot be used`;
    throws(() => read([[{ text: "half" }]], reason), { kind: "api", apiCode: reason, message });
  }
});

Deno.test("a blocked prompt is a refusal that says why", () => {
  const refusalOf = (promptFeedback: NonNullable<GeminiChunk["promptFeedback"]>) => {
    const reader = new GeminiReader([]);
    const events: ModelEvent[] = [];
    reader.read({ promptFeedback, usageMetadata: { promptTokenCount: 9 } }, events);
    equal(reader.stopReason, "refusal");
    equal(events[0]?.type, "usage");
    return blocksOf(events);
  };
  deepEqual(refusalOf({ blockReason: "PROHIBITED_CONTENT" }), [
    ["refusal", "Gemini blocked the prompt: PROHIBITED_CONTENT"],
  ]);
  deepEqual(refusalOf({ blockReason: "OTHER", blockReasonMessage: "not here" }), [
    ["refusal", "Gemini blocked the prompt: OTHER (not here)"],
  ]);
});

Deno.test("usage counts thoughts as output and tool prompts as input; what is left out stays", () => {
  const reader = new GeminiReader([]);
  const events: ModelEvent[] = [];
  for (
    const usageMetadata of [
      { promptTokenCount: 100, thoughtsTokenCount: 40, cachedContentTokenCount: 80 },
      { promptTokenCount: 100, toolUsePromptTokenCount: 5, candidatesTokenCount: 7 },
    ]
  ) reader.read({ usageMetadata }, events);
  deepEqual(events.map((event) => event.type === "usage" && event.usage), [
    { inputTokens: 100, outputTokens: 40, cacheReadTokens: 80, cacheWriteTokens: null },
    { inputTokens: 105, outputTokens: 47, cacheReadTokens: 80, cacheWriteTokens: null },
  ]);
});

Deno.test("20.12-W15 chunks may lack everything, and have parts that nobody knows", () => {
  const reader = new GeminiReader([]);
  const events: ModelEvent[] = [];
  const unknown = { executableCode: { code: "1+1" }, inlineData: { data: "" } } as Part;
  for (
    const chunk of [
      {},
      { candidates: [] },
      { candidates: [{}] },
      { candidates: [{ content: {} }] },
      { candidates: [{ content: { parts: [{}, unknown] } }] },
      { promptFeedback: {} },
    ]
  ) reader.read(chunk, events);
  deepEqual(events, []);
  equal(reader.stopReason, undefined);
});

Deno.test("what comes after the finish is no part of the answer", () => {
  const { events, reader } = read([[{ text: "Hi" }]]);
  const { length } = events;
  reader.read({ candidates: [{ content: { parts: [{ text: "more" }] } }] }, events);
  equal(events.length, length);
});

/** What is read of a body of these bytes, which breaks off with an error or just ends. */
async function readBody(bytes: Uint8Array, brokenBy?: Error) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      if (brokenBy === undefined) controller.close();
    },
    pull: (controller) => controller.error(brokenBy),
  });
  const reader = new GeminiReader([]);
  const events: ModelEvent[] = [];
  try {
    for await (const chunk of geminiChunks(new Response(body))) reader.read(chunk, events);
  } catch (error) {
    equal(error, brokenBy);
  }
  return { events, isWhole: reader.stopReason !== undefined };
}

Deno.test("a stream that is cut at any byte is not whole, and none of its calls is a half one", async () => {
  const frames = geminiFrames({
    thinking: ["Lët me ", "see."],
    signature: "U0lHMQ==",
    text: ["Héllo, ", "wörld 🌍."],
    toolCalls: [
      { id: "t1", name: "Read", input: { file_path: "/w/ä.txt", limit: 12 } },
      { id: "t2", name: "Read", input: { file_path: "/w/b" } },
    ],
  }, "m");
  const bytes = new TextEncoder().encode(frames.join(""));
  const whole = await readBody(bytes);
  ok(whole.isWhole);
  for (let length = 0; length < bytes.length; length++) {
    for (const brokenBy of [undefined, new Error("reset by peer")]) {
      const { events, isWhole } = await readBody(bytes.subarray(0, length), brokenBy);
      // Only the second half of the last line end may be missing.
      equal(isWhole, length === bytes.length - 1, `cut at ${length}`);
      deepEqual(events, whole.events.slice(0, events.length), `cut at ${length}`);
    }
  }
});
