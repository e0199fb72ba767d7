import { deepEqual, equal, ok } from "node:assert/strict";
import { byteLength } from "../../lib/base/mod.ts";
import { ModelError, type ModelEvent } from "../../lib/providers/mod.ts";
import { openWire, requestOf, resolvedModel, said } from "../support/model_calls.ts";
import {
  anthropicFrames,
  geminiFrames,
  openaiChatFrames,
  openaiResponsesFrames,
  type Speech,
} from "../support/model_frames.ts";
import { startModelServer } from "../support/model_server.ts";

/** A call leaves neither timer nor connection behind; newer runtimes watch only when asked to. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };
const HELLO = requestOf([said("user", "hello")]);

const SPEECH: Speech = {
  thinking: ["Lët me ", "see."],
  signature: "SIG1",
  text: ["Héllo, ", "wörld 🌍", "."],
  toolCalls: [
    { id: "t1", name: "Read", input: { file_path: "/w/ä.txt", limit: 12 } },
    { id: "t2", name: "Read", input: ['{"file_', 'path":"/w/', 'b"}'] },
  ],
};
const ARGUMENTS = ['{"file_path":"/w/ä.txt","limit":12}', '{"file_path":"/w/b"}'];

/** Per scheme: the frames of the speech, and how many of them are needed to know that it is over. */
const WIRES = [
  { scheme: "anthropic", frames: anthropicFrames(SPEECH, "m"), end: "message_stop" },
  { scheme: "openai_chat", frames: openaiChatFrames(SPEECH, "m"), end: '"tool_calls"}]' },
  { scheme: "gemini", frames: geminiFrames(SPEECH, "m"), end: '"finishReason"' },
  {
    scheme: "openai_responses",
    frames: openaiResponsesFrames(SPEECH, "m"),
    end: '"type":"response.completed"',
  },
] as const;

/** How the error for data that is not JSON begins. */
const UNREADABLE = {
  anthropic: "JSON parse error: ",
  openai_chat: "API error [parse_error]: Failed to parse SSE data: ",
  openai_responses: "API error [parse_error]: Failed to parse SSE data: ",
  gemini: "API error [parse_error]: Failed to parse Gemini SSE data: ",
};

/** What a consumer has seen of a stream, and the error at its end, if any. */
async function watch(stream: AsyncIterable<ModelEvent>) {
  const events: ModelEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events };
  } catch (error) {
    return { events, error };
  }
}

/** The arguments of all tool calls that were closed, in the order of their start. */
function closedCalls(events: readonly ModelEvent[]): string[] {
  const texts = new Map<number, string>();
  const closed: number[] = [];
  for (const event of events) {
    if (event.type === "block_start" && event.block.kind === "tool_call") {
      texts.set(event.index, "");
    }
    const text = "index" in event ? texts.get(event.index) : undefined;
    if (text === undefined) continue;
    if (event.type === "block_delta") texts.set(event.index, text + event.text);
    if (event.type === "block_stop") closed.push(event.index);
  }
  return closed.map((index) => texts.get(index) ?? "");
}

for (const { scheme, frames, end } of WIRES) {
  const whole = frames.join("");
  const total = byteLength(whole);
  const last = frames.findIndex((frame) => frame.includes(end));
  const needed = byteLength(frames.slice(0, last + 1).join(""));

  for (const cut of ["clean", "broken"] as const) {
    Deno.test(
      `${scheme}: a ${cut} cut anywhere is an error and leaves no half tool call`,
      STRICT,
      async () => {
        const offsets = Array.from({ length: Math.ceil(total / 11) }, (_, step) => step * 11);
        await using server = startModelServer((_, index) => ({
          ...SPEECH,
          cut,
          cutAfterBytes: offsets[index],
          chunking: [1, 7, 64, 1000][index % 4],
        }));
        const model = await openWire(resolvedModel(scheme, server.url));
        for (const offset of offsets) {
          const { events, error } = await watch(model.stream(HELLO, new AbortController().signal));
          const calls = closedCalls(events);
          deepEqual(calls, ARGUMENTS.slice(0, calls.length), `cut at ${offset}`);
          if (offset < needed) {
            ok(error instanceof ModelError, `cut at ${offset}: ${error}`);
            ok(["broken", "transport"].includes(error.kind), `cut at ${offset}: ${error.kind}`);
          }
          equal(events.some((event) => event.type === "stop"), error === undefined);
        }
      },
    );
  }

  Deno.test(`${scheme}: pieces of any size carry the same answer`, STRICT, async () => {
    const sizes = ["whole", "event", 1, 2, 3, 5, 17, 100] as const;
    await using server = startModelServer(sizes.map((chunking) => ({ ...SPEECH, chunking })));
    const model = await openWire(resolvedModel(scheme, server.url));
    const first = await watch(model.stream(HELLO, new AbortController().signal));
    deepEqual(first.events.at(-1), { type: "stop", reason: "tool_use" });
    deepEqual(closedCalls(first.events), ARGUMENTS);
    for (const size of sizes.slice(1)) {
      const again = await watch(model.stream(HELLO, new AbortController().signal));
      deepEqual(again, first, `in pieces of ${size}`);
    }
  });

  Deno.test(`${scheme}: data that is not JSON breaks the stream`, STRICT, async () => {
    const broken = [...frames.slice(0, 4), frames[4]?.replace("}", "") ?? "", ...frames.slice(5)];
    await using server = startModelServer([{ frames: broken }]);
    const model = await openWire(resolvedModel(scheme, server.url));
    const { error } = await watch(model.stream(HELLO, new AbortController().signal));
    ok(error instanceof ModelError);
    equal(error.kind, "broken");
    ok(error.message.startsWith(UNREADABLE[scheme]), error.message);
  });

  Deno.test(
    `${scheme}: what goes wrong after the end of the answer does not matter`,
    STRICT,
    async () => {
      const spoiled = [...frames.slice(0, last + 1), "data: {not json\n\n"];
      await using server = startModelServer([{ frames: spoiled }]);
      const model = await openWire(resolvedModel(scheme, server.url));
      const { events, error } = await watch(model.stream(HELLO, new AbortController().signal));
      equal(error, undefined);
      deepEqual(events.at(-1), { type: "stop", reason: "tool_use" });
    },
  );

  Deno.test(
    `20.13-18 ${scheme}: an abort ends the stream at once and without a word`,
    STRICT,
    async () => {
      const silent = { text: ["one", "two", "three", "four"] };
      const beforeSecondText = scheme === "openai_responses" ? 5 : 4;
      const cases = [
        { phase: "before headers", answer: { ...silent, delayMs: Infinity } },
        { phase: "before the first event", answer: { ...silent, stallAfterEvents: 0 } },
        {
          phase: "in the middle of the text",
          answer: { ...silent, stallAfterEvents: beforeSecondText },
        },
      ];
      await using server = startModelServer(cases.map(({ answer }) => answer));
      const model = await openWire(resolvedModel(scheme, server.url));
      for (const [index, { phase }] of cases.entries()) {
        const abort = new AbortController();
        const stream = model.stream(HELLO, abort.signal)[Symbol.asyncIterator]();
        if (phase.startsWith("in")) {
          while ((await stream.next()).value?.type !== "block_delta");
        }
        const next = stream.next();
        await server.request(index);
        abort.abort(new Error("the user said stop"));
        deepEqual(await next, { done: true, value: undefined }, phase);
        if (!phase.startsWith("before h")) {
          equal(await server.requests[index]?.closed, "left", phase);
        }
      }
    },
  );

  Deno.test(`${scheme}: a signal aborted before the call sends nothing`, STRICT, async () => {
    await using server = startModelServer([SPEECH]);
    const model = await openWire(resolvedModel(scheme, server.url));
    deepEqual(await watch(model.stream(HELLO, AbortSignal.abort())), { events: [] });
    equal(server.requests.length, 0);
  });

  Deno.test(`${scheme}: nothing is left when nobody reads on after an abort`, STRICT, async () => {
    await using server = startModelServer([{ ...SPEECH, stallAfterEvents: 5 }]);
    const model = await openWire(resolvedModel(scheme, server.url));
    const abort = new AbortController();
    const stream = model.stream(HELLO, abort.signal)[Symbol.asyncIterator]();
    equal((await stream.next()).done, false);
    abort.abort();
    equal(await server.requests[0]?.closed, "left");
  });

  Deno.test(`${scheme}: nothing is left when the consumer breaks off`, STRICT, async () => {
    await using server = startModelServer([{ ...SPEECH, stallAfterEvents: 5 }]);
    const model = await openWire(resolvedModel(scheme, server.url));
    for await (const event of model.stream(HELLO, new AbortController().signal)) {
      if (event.type === "block_start") {
        break;
      }
    }
    equal(await server.requests[0]?.closed, "left");
  });
}
