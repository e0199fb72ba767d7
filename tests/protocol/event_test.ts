import { type Event, parseEvent, ProtocolError } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, throws } from "../support/assert.ts";
import { EVENT_LINES } from "./examples.ts";

for (const line of EVENT_LINES) {
  Deno.test(`10.15-8 event ${JSON.parse(line).event} keeps its line`, () => {
    equal(JSON.stringify(parseEvent(JSON.parse(line))), line);
  });
}

const GREETING = {
  pod_name: "main",
  cwd: "/w",
  provider: "anthropic",
  model: "m",
  scope_summary: "",
  tools: [],
};

Deno.test("10.15-8 a snapshot without status and context sizes is idle, 0 and 0", () => {
  const event = parseEvent({ event: "snapshot", data: { entries: [], greeting: GREETING } });
  deepEqual(event, {
    event: "snapshot",
    data: {
      entries: [],
      greeting: { ...GREETING, context_window: 0, context_tokens: 0 },
      status: "idle",
    },
  });
});

Deno.test("10.15-8 a completion without is_dir is a file", () => {
  const event = parseEvent({
    event: "completions",
    data: { kind: "file", entries: [{ value: "a" }] },
  });
  deepEqual(event, {
    event: "completions",
    data: { kind: "file", entries: [{ value: "a", is_dir: false }] },
  });
});

Deno.test("10.15-8 a tool result without output has no output key and no error", () => {
  const event = parseEvent({ event: "tool_result", data: { id: "c", summary: "s" } });
  equal(
    JSON.stringify(event),
    '{"event":"tool_result","data":{"id":"c","summary":"s","is_error":false}}',
  );
});

Deno.test("10.15-8 a snapshot keeps blocks in flight and entries of kinds not known here", () => {
  const event: Event = {
    event: "snapshot",
    data: {
      entries: [],
      greeting: { ...GREETING, context_window: 1, context_tokens: 1, protocol_version: 1 },
      status: "running",
      in_flight: {
        blocks: [
          { kind: "thinking", text: "step 1", finished: true },
          { kind: "text", text: "Hel" },
          { kind: "tool_call", id: "c", name: "Read", args: '{"f', state: "streaming_args" },
        ],
      },
    },
  };
  deepEqual(parseEvent(event), event);
  const entries = [{ kind: "from_tomorrow", ts: 1 }];
  const parsed = parseEvent({ event: "snapshot", data: { entries, greeting: GREETING } });
  deepEqual(parsed.event === "snapshot" && parsed.data.entries, entries);
});

Deno.test("10.15-8 reply_to is kept", () => {
  const event: Event = { event: "status", data: { status: "idle" }, reply_to: "7" };
  deepEqual(parseEvent(event), event);
});

Deno.test("10.14 an event that is not known here is an error that names it", () => {
  throws(() => parseEvent({ event: "from_tomorrow", data: {} }), (error) => {
    return error instanceof ProtocolError && error.code === "invalid_event" &&
      error.message.includes("from_tomorrow");
  });
  throws(() => parseEvent(null), ProtocolError);
  throws(() => parseEvent({ event: "text_delta", data: {} }), ProtocolError);
});
