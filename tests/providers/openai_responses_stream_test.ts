import type { ModelEvent } from "../../lib/providers/mod.ts";
import {
  parseResponsesEvent,
  type ResponsesEvent,
} from "../../lib/providers/openai_responses_event.ts";
import { ResponsesReader } from "../../lib/providers/openai_responses_stream.ts";
import { wireEvents } from "../../lib/providers/wire_events.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { RECORDED_EVENTS, RECORDED_FRAMES } from "./openai_responses_recording.ts";
import {
  added,
  args,
  blocksOf,
  callDone,
  COMPLETED,
  read,
  said,
  thought,
} from "./responses_events.ts";

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
