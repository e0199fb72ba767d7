import type { JsonObject } from "../../lib/base/mod.ts";
import type { Trace, TraceStep } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { collect, openWire, resolvedModel } from "../support/model_calls.ts";
import { sse } from "../support/model_frames.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { type Scheme, SCHEMES } from "../support/schemes.ts";
import { HELLO } from "./asking.ts";

/** The trace of one call that is answered like this; `seen` is called with each event of the call. */
async function traceOf(
  { scheme }: Pick<Scheme, "scheme">,
  answer: Answer,
  seen: () => unknown = () => {},
  signal?: AbortSignal,
): Promise<TraceStep[]> {
  await using server = startModelServer([answer]);
  const steps: TraceStep[] = [];
  const trace: Trace = (step) => steps.push(step);
  const model = await openWire(resolvedModel(scheme, server.url), { trace });
  try {
    const { signal: never } = new AbortController();
    for await (const _event of model.stream(HELLO, signal ?? never)) seen();
  } catch {
    // The trace tells it too.
  }
  return steps;
}

/** The labels and names of steps, without what a reader passes over. */
function namesOf(steps: readonly TraceStep[]): string[] {
  return steps.map((step) => step.kind === "lifecycle" ? step.label : nameOf(step.event))
    .filter((name) => name !== "UnhandledSse");
}

function nameOf(event: JsonObject): string {
  const [name = "", ...others] = Object.keys(event);
  deepEqual(others, [], "one key names the event");
  return name;
}

/** The events with this name. */
function eventsIn(steps: readonly TraceStep[], name: string) {
  return steps.flatMap((step) =>
    step.kind === "stream_event" && name in step.event ? [step.event[name]] : []
  );
}

const OPENING = [
  "build_request_done",
  "stream_open_start",
  "transport_http_send_start",
  "transport_http_headers_received",
];

for (const wire of SCHEMES) {
  const { scheme, signed } = wire;

  Deno.test(`20.4.5 ${scheme}: a call from its request to its end`, async () => {
    const steps = await traceOf(wire, {
      thinking: ["Hm", "."],
      signature: "SIG1",
      text: "I look.",
      toolCalls: [{ id: "c1", name: "Read", input: { file_path: "/a" } }],
      usage: { input: 100, cacheRead: 800, output: 7 },
    });
    deepEqual(namesOf(steps).slice(0, 4), OPENING);
    const data = (label: string) =>
      steps.flatMap((step) => step.kind === "lifecycle" && step.label === label ? [step.data] : []);
    const [headers] = data("transport_http_headers_received");
    deepEqual([headers?.status, headers?.success], [200, true]);
    equal(data("build_request_done")[0]?.items_len, 1);
    equal(data("stream_first_event").length, 1);
    const blocks = eventsIn(steps, "BlockStart") as { block_type: string; metadata: unknown }[];
    deepEqual(
      blocks.map(({ block_type, metadata }) => block_type === metadata ? block_type : metadata),
      [
        "Thinking",
        "Text",
        ...(signed === "call" ? ["Thinking"] : []),
        { ToolUse: { id: "c1", name: "Read" } },
      ],
    );
    equal(eventsIn(steps, "BlockStop").length, blocks.length);
    ok(JSON.stringify(eventsIn(steps, "BlockDelta")).includes('{"Text":"I look."}'));
    ok(JSON.stringify(eventsIn(steps, "BlockDelta")).includes('{"InputJson":"'));
    const kept = JSON.stringify(eventsIn(steps, "ReasoningItem"));
    equal(kept.includes("SIG1"), signed !== null);
    deepEqual(eventsIn(steps, "Usage").at(-1), {
      input_tokens: 900,
      output_tokens: 7,
      total_tokens: 907,
      cache_read_input_tokens: 800,
      cache_creation_input_tokens: scheme === "anthropic" ? 0 : null,
    });
    deepEqual(eventsIn(steps, "Status"), [{ status: "Completed", stop_reason: "tool_use" }]);
    ok(!JSON.stringify(steps).includes("key-1"));
  });

  Deno.test(`20.4.5 ${scheme}: what fails, before the first event and after it`, async () => {
    const errorBody = { error: { type: "overloaded_error", message: "busy, key-1" } };
    const refused = await traceOf(wire, { status: 529, errorBody });
    deepEqual(namesOf(refused), [...OPENING, "stream_open_error"]);
    deepEqual(refused.at(-1), {
      kind: "lifecycle",
      label: "stream_open_error",
      data: { error: "API error (status: 529) [overloaded_error]: busy, [key]", status: 529 },
    });
    const inStreamError = { type: "overloaded_error", message: "busy, key-1" };
    const failed = await traceOf(wire, { text: "Hi", inStreamError });
    deepEqual(eventsIn(failed, "Error"), [
      { code: "overloaded_error", message: "API error [overloaded_error]: busy, [key]" },
    ]);
    ok(!JSON.stringify([refused, failed]).includes("key-1"));
  });

  Deno.test(`20.4.5 ${scheme}: a call that is cancelled, at once and in the middle`, async () => {
    const controller = new AbortController();
    const answer = { text: ["one", "two", "three"], stallAfterEvents: 7 };
    let events = 0;
    const stopSoon = () => ++events === 3 && controller.abort("user");
    const half = await traceOf(wire, answer, stopSoon, controller.signal);
    equal(eventsIn(half, "Status").length, 0);
    deepEqual(eventsIn(half, "BlockAbort"), [
      { index: 0, block_type: "Text", reason: "cancelled" },
    ]);
    const none = await traceOf(wire, answer, () => {}, AbortSignal.abort("user"));
    deepEqual(namesOf(none), [
      "build_request_done",
      "stream_open_start",
      "stream_open_cancelled",
    ]);
  });
}

Deno.test("20.13-34 20.12-W15 an event that nobody knows: its beginning, its whole length, and no key", async () => {
  const padding = "ü".repeat(400);
  const event = { type: "response.brand_new", key: "key-1", padding };
  const completed = { type: "response.completed", response: {} };
  const steps = await traceOf({ scheme: "openai_responses" }, {
    frames: [sse(event, event.type), sse(completed, completed.type)],
  });
  const [unhandled, ...others] = eventsIn(steps, "UnhandledSse") as {
    provider: string;
    event_type: string;
    data_preview: string;
    data_len: number;
  }[];
  equal(others.length, 0);
  ok(unhandled !== undefined);
  const { data_preview, ...facts } = unhandled;
  const whole = JSON.stringify(event).replace("key-1", "[key]");
  deepEqual(facts, {
    provider: "openai_responses",
    event_type: "response.brand_new",
    data_len: new TextEncoder().encode(whole).length,
  });
  ok(whole.startsWith(data_preview) && new TextEncoder().encode(data_preview).length >= 511);
  equal(JSON.stringify(steps).includes("key-1"), false);
});

Deno.test("20.4.5 without anybody who looks the events of a call are the same", async () => {
  await using server = startModelServer(() => ({ text: ["Hi", "!"] }));
  const resolved = resolvedModel("anthropic", server.url);
  deepEqual(
    await collect(await openWire(resolved, { trace: () => {} }), HELLO),
    await collect(await openWire(resolved), HELLO),
  );
});
