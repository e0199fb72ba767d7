import type { ModelEvent } from "../../lib/providers/mod.ts";
import {
  parseResponsesEvent,
  type ResponsesEvent,
} from "../../lib/providers/openai_responses_event.ts";
import { ResponsesReader } from "../../lib/providers/openai_responses_stream.ts";
import { wireEvents } from "../../lib/providers/wire_events.ts";
import { deepEqual, equal, match, ok, throws } from "../support/assert.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { RECORDED_EVENTS, RECORDED_FRAMES } from "./openai_responses_recording.ts";

/** The model events of a stream, and the reader after it. */
function read(...events: ResponsesEvent[]) {
  const reader = new ResponsesReader();
  const out: ModelEvent[] = [];
  for (const event of events) reader.read(event, out);
  return { events: out, reason: reader.stopReason };
}

/** What each block of a stream came to, as `[kind, text]`, in order; only closed ones. */
function blocksOf(events: readonly ModelEvent[]): [kind: string, text: string][] {
  const blocks = new Map<number, { kind: string; text: string; closed: boolean }>();
  for (const event of events) {
    if (event.type === "block_start") {
      blocks.set(event.index, { kind: event.block.kind, text: "", closed: false });
    }
    const block = "index" in event ? blocks.get(event.index) : undefined;
    if (block === undefined) continue;
    if (event.type === "block_delta") block.text += event.text;
    if (event.type === "block_stop") block.closed = true;
  }
  return [...blocks.values()].filter(({ closed }) => closed).map(({ kind, text }) => [kind, text]);
}

const COMPLETED: ResponsesEvent = { type: "response.completed", response: {} };
const incomplete = (reason: string): ResponsesEvent => ({
  type: "response.incomplete",
  response: { incomplete_details: { reason }, usage: { input_tokens: 9, output_tokens: 3 } },
});
const added = (output_index: number, call_id: string): ResponsesEvent => ({
  type: "response.output_item.added",
  output_index,
  item: { type: "function_call", call_id, name: "Read" },
});
const args = (output_index: number, delta: string): ResponsesEvent => ({
  type: "response.function_call_arguments.delta",
  output_index,
  delta,
});
const callDone = (output_index: number, call_id: string, rest = {}): ResponsesEvent => ({
  type: "response.output_item.done",
  output_index,
  item: { type: "function_call", call_id, name: "Read", ...rest },
});
const said = (delta: string, place = {}): ResponsesEvent => ({
  type: "response.output_text.delta",
  output_index: 0,
  content_index: 0,
  delta,
  ...place,
});
const thought = (item = {}, output_index = 0): ResponsesEvent => ({
  type: "response.output_item.done",
  output_index,
  item: { type: "reasoning", ...item },
});
const USAGE = { inputTokens: 9, outputTokens: 3, cacheReadTokens: null, cacheWriteTokens: null };

Deno.test("20.13-34 two calls side by side have different indices and their own arguments", () => {
  const { events, reason } = read(
    added(0, "a"),
    added(1, "b"),
    args(1, '{"x":'),
    args(0, "{}"),
    args(1, "2}"),
    callDone(1, "b"),
    callDone(0, "a"),
    COMPLETED,
  );
  deepEqual(blocksOf(events), [["tool_call", "{}"], ["tool_call", '{"x":2}']]);
  equal(reason, "tool_use");
});

Deno.test("20.13-34 a delta without a start opens the block; the end of a part closes it", () => {
  const { events } = read(
    said("Hi"),
    { type: "response.content_part.done", output_index: 0, content_index: 0 },
    said("there", { content_index: 1 }),
    COMPLETED,
  );
  deepEqual(events, [
    { type: "block_start", index: 0, block: { kind: "text" } },
    { type: "block_delta", index: 0, text: "Hi" },
    { type: "block_stop", index: 0 },
    { type: "block_start", index: 1, block: { kind: "text" } },
    { type: "block_delta", index: 1, text: "there" },
    { type: "block_stop", index: 1 },
  ]);
});

Deno.test("20.13-34 20.12-W33 the end of a reasoning item brings text, summaries and what is encrypted", () => {
  const place = { output_index: 0 };
  const { events } = read(
    { type: "response.output_item.added", ...place, item: { type: "reasoning" } },
    {
      type: "response.reasoning_summary_text.delta",
      ...place,
      summary_index: 0,
      delta: "Plan",
    },
    { type: "response.reasoning_text.delta", ...place, content_index: 0, delta: "Hm" },
    { type: "response.reasoning_text.delta", ...place, content_index: 0, delta: "m." },
    thought({ summary: [], encrypted_content: "ENC" }),
    COMPLETED,
  );
  deepEqual(blocksOf(events), [["thinking", "Plan\n\nHmm."]]);
  deepEqual(events.findLast((event) => event.type === "block_stop"), {
    type: "block_stop",
    index: 0,
    reasoning: {
      scheme: "openai_responses",
      text: "Hmm.",
      summary: ["Plan"],
      encryptedContent: "ENC",
    },
  });
});

Deno.test("a reasoning item of which only the end is seen: the summary is shown, nothing is lost", () => {
  const parts = (type: string, ...texts: string[]) => texts.map((text) => ({ type, text }));
  const ends = [
    [{ encrypted_content: "E" }, "", { text: "", encryptedContent: "E" }],
    [
      { summary: parts("summary_text", "One", "", "Two"), encrypted_content: "E" },
      "One\n\nTwo",
      { text: "", summary: ["One", "Two"], encryptedContent: "E" },
    ],
    [{ content: parts("reasoning_text", "Hm", "m") }, "Hmm", { text: "Hmm" }],
    [{ content: null, summary: null, encrypted_content: null }, "", { text: "" }],
  ] as const;
  for (const [item, shown, reasoning] of ends) {
    const { events } = read(thought(item), COMPLETED);
    deepEqual(blocksOf(events), [["thinking", shown]]);
    deepEqual(events.at(-1), {
      type: "block_stop",
      index: 0,
      reasoning: { scheme: "openai_responses", ...reasoning },
    });
  }
});

Deno.test("20.12-W26 arguments, texts and calls that come whole count when no piece of them came", () => {
  const whole = '{"x":1}';
  const done: ResponsesEvent = {
    type: "response.function_call_arguments.done",
    output_index: 0,
    arguments: whole,
  };
  const streams: ResponsesEvent[][] = [
    [added(0, "a"), done, callDone(0, "a", { arguments: whole })],
    [added(0, "a"), done],
    [added(0, "a"), callDone(0, "a", { arguments: whole })],
    [callDone(0, "a", { arguments: whole })],
    [added(0, "a"), args(0, whole), done, callDone(0, "a", { arguments: whole })],
    [added(0, "a"), args(0, whole), callDone(0, "a", { arguments: '{ "x": 1 }' })],
    [callDone(0, "a", { type: "custom_tool_call", input: whole })],
  ];
  for (const [number, stream] of streams.entries()) {
    const { events, reason } = read(...stream, COMPLETED);
    deepEqual(blocksOf(events), [["tool_call", whole]], `stream ${number}`);
    equal(reason, "tool_use");
  }
  const content = [
    { type: "output_text", text: "Hi." },
    { type: "refusal", refusal: "No." },
    { type: "hologram", text: "?" },
  ];
  const message: ResponsesEvent = {
    type: "response.output_item.done",
    output_index: 0,
    item: { type: "message", content },
  };
  const expected = [["text", "Hi."], ["refusal", "No."]];
  deepEqual(blocksOf(read(message, COMPLETED).events), expected);
  deepEqual(blocksOf(read(said("Hi."), message, COMPLETED).events), expected);
  const [part] = content;
  const partDone = { type: "response.content_part.done", output_index: 0, content_index: 0, part };
  deepEqual(blocksOf(read(partDone, message, COMPLETED).events), expected);
});

Deno.test("20.12-W27 blocks keep the order of the stream, whatever they are", () => {
  const { events } = read(
    thought({ encrypted_content: "E1" }, 0),
    said("I look.", { output_index: 1 }),
    callDone(2, "a", { arguments: "{}" }),
    thought({ encrypted_content: "E2" }, 3),
    said("Done.", { output_index: 4 }),
    COMPLETED,
  );
  deepEqual(
    events.flatMap((event) => event.type === "block_start" ? [event.block.kind] : []),
    ["thinking", "text", "tool_call", "thinking", "text"],
  );
});

Deno.test("a message keeps its phase, whether its start or only its end names it", () => {
  const item = { type: "message", content: [{ type: "output_text", text: "Hi." }] };
  const events = (phase: string | null): ResponsesEvent[][] => [
    [{ type: "response.output_item.added", item: { type: "message", phase } }, said("Hi.")],
    [{ type: "response.output_item.done", item: { ...item, phase } }],
  ];
  for (const stream of events("final_answer")) {
    const [start] = read(...stream, COMPLETED).events;
    deepEqual(start, {
      type: "block_start",
      index: 0,
      block: { kind: "text", phase: "final_answer" },
    });
  }
  for (const stream of events(null)) {
    const [start] = read(...stream, COMPLETED).events;
    deepEqual(start, { type: "block_start", index: 0, block: { kind: "text" } });
  }
});

Deno.test("20.12-W25 an answer cut at the output limit is an answer, with its usage", () => {
  const { events, reason } = read(said("Hal"), added(1, "a"), args(1, '{"x'), {
    ...callDone(1, "a", { arguments: '{"x', status: "incomplete" }),
  }, incomplete("max_output_tokens"));
  deepEqual(blocksOf(events), [["text", "Hal"], ["tool_call", '{"x']]);
  ok(events.some((event) => event.type === "usage" && event.usage.outputTokens === 3));
  equal(reason, "max_tokens");
});

Deno.test("20.12-W25 a refusal is a block of its own kind and a reason to stop", () => {
  const { events, reason } = read(
    { type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "I " },
    { type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "won't." },
    COMPLETED,
  );
  deepEqual(blocksOf(events), [["refusal", "I won't."]]);
  equal(reason, "refusal");
});

Deno.test("an answer that was filtered is a refusal; half a call of it is not heard of", () => {
  const { events, reason } = read(
    said("Well"),
    added(1, "a"),
    callDone(1, "a", { status: "incomplete", arguments: "" }),
    incomplete("content_filter"),
  );
  deepEqual(blocksOf(events), [["text", "Well"]]);
  equal(reason, "refusal");
});

/** The error of a stream that ends with `event`, and what came before it. */
function failure(event: ResponsesEvent | Record<string, unknown> & { type: string }) {
  const reader = new ResponsesReader();
  const out: ModelEvent[] = [];
  const caught: { message?: string; apiCode?: string; kind?: string } = {};
  throws(() => reader.read(event as ResponsesEvent, out), (error: typeof caught) => {
    Object.assign(caught, { message: error.message, apiCode: error.apiCode, kind: error.kind });
    return true;
  });
  equal(reader.stopReason, undefined);
  return { ...caught, events: out };
}

Deno.test("20.13-34 20.12-W3 a failed response is the provider's error, after its usage", () => {
  const { message, apiCode, kind, events } = failure({
    type: "response.failed",
    response: {
      id: "resp_1",
      status: "failed",
      instructions: "secret instructions",
      error: { code: "server_error", message: "It broke." },
      usage: { input_tokens: 9, output_tokens: 3 },
    },
  });
  equal(message, "API error [server_error]: It broke.");
  deepEqual([apiCode, kind], ["server_error", "api"]);
  deepEqual(events, [{ type: "usage", usage: USAGE }]);
});

Deno.test("20.6.3 what else a failed response says follows as JSON, cut where it is long", () => {
  equal(
    failure({
      type: "response.failed",
      response: {
        error: { code: null, type: "invalid_prompt", message: "No.", param: "input", hint: null },
      },
    }).message,
    "API error [invalid_prompt]: No. | " +
      'diagnostic={"event":"response.failed","error_extra":{"param":"input"}}',
  );
  equal(
    failure({
      type: "response.failed",
      response: { error: { code: "c", type: "t", message: "No." } },
    }).message,
    'API error [c]: No. | diagnostic={"event":"response.failed","error_type":"t"}',
  );
  equal(
    failure({
      type: "response.failed",
      response: {
        id: "resp_1",
        instructions: "not for the error",
        tools: [{}],
        metadata: {},
        why: "x".repeat(600),
        error: null,
      },
    }).message,
    "API error: OpenAI Responses response.failed | " +
      `diagnostic={"event":"response.failed","response_extra":` +
      `{"id":"resp_1","why":"${"x".repeat(512)}…"}}`,
  );
  for (const type of ["response.failed", "response.incomplete"]) {
    equal(failure({ type }).message, `API error: OpenAI Responses ${type}`);
  }
});

Deno.test("20.13-34 an answer that is incomplete for another reason is an error with that code", () => {
  const { message, apiCode } = failure({
    type: "response.incomplete",
    response: { incomplete_details: { reason: "max_messages" } },
  });
  equal(apiCode, "max_messages");
  match(`${message}`, /^API error \[max_messages\]: OpenAI Responses response\.incomplete \| diag/);
});

Deno.test("20.6.3 an error event without a name of its own is read in its flat form", () => {
  const flat = { type: "error", code: "rate_limit_exceeded", message: "Slow down.", param: null };
  equal(failure(flat).message, "API error [rate_limit_exceeded]: Slow down.");
  equal(failure({ ...flat, code: null }).message, "API error: Slow down.");
});

Deno.test("20.12-W15 unknown events, items and parts are passed over; known ones may lack everything", () => {
  const bare = [
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.refusal.delta",
    "response.reasoning_text.delta",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.delta",
    "response.hologram.delta",
    "keepalive",
  ];
  const { events, reason } = read(
    ...bare.map((type) => ({ type })),
    { type: "response.output_item.added", output_index: 7, item: { type: "web_search_call" } },
    { type: "response.output_item.done", output_index: 7, item: { type: "web_search_call" } },
    { type: "response.output_item.done", output_index: 8, item: { type: "message" } },
    args(9, "of a call that never started"),
    { type: "response.completed" },
  );
  deepEqual(events, []);
  equal(reason, "end_turn");
});

Deno.test("a call without an id gets one; an end that is repeated is no second call", () => {
  const { events } = read(
    callDone(0, "", { arguments: "{}" }),
    callDone(0, "", { arguments: "{}" }),
    COMPLETED,
  );
  const [start, ...more] = events.filter((event) => event.type === "block_start");
  equal(more.length, 0);
  match(start?.block.kind === "tool_call" ? start.block.id : "", /^call_[0-9a-f]{32}$/);
});

Deno.test("servers that give every item the same place are understood all the same", () => {
  const { events } = read(
    added(0, "a"),
    args(0, '{"x":1}'),
    added(0, "b"),
    args(0, '{"x":2}'),
    callDone(0, "b"),
    added(0, "c"),
    callDone(0, "c", { arguments: '{"x":3}' }),
    COMPLETED,
  );
  deepEqual(blocksOf(events).map(([, text]) => text), ['{"x":1}', '{"x":2}', '{"x":3}']);
});

Deno.test("20.13-28 a recorded stream: cached 11000 of 12345", () => {
  const events = RECORDED_FRAMES.map((frame) => JSON.parse(frame.slice(frame.indexOf("{"))));
  deepEqual(read(...events).events, RECORDED_EVENTS.slice(0, -1));
});

Deno.test("20.12-W24 a disconnect at any byte of a recorded stream leaves no half block and no end", async () => {
  const bytes = new TextEncoder().encode(RECORDED_FRAMES.join(""));
  const whole = blocksOf(RECORDED_EVENTS);
  const reasons = new Set<string | undefined>();
  for (let length = bytes.length; length >= 0; length -= EXHAUSTIVE ? 1 : 5) {
    const response = new Response(bytes.slice(0, length));
    const reader = new ResponsesReader();
    const out: ModelEvent[] = [];
    for await (const event of wireEvents(response, parseResponsesEvent)) reader.read(event, out);
    const blocks = blocksOf(out);
    deepEqual(blocks, whole.slice(0, blocks.length), `cut after ${length}`);
    const reason = length < bytes.length ? undefined : "tool_use";
    equal(reader.stopReason, reason, `cut after ${length}`);
    reasons.add(reader.stopReason);
  }
  deepEqual([...reasons], ["tool_use", undefined]);
});
