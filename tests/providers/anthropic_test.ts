import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Item } from "../../lib/protocol/mod.ts";
import type { ModelEvent } from "../../lib/providers/mod.ts";
import {
  collect,
  EXAMPLE_ITEMS,
  openWire,
  READ_TOOL,
  requestOf,
  resolvedModel,
  said,
} from "../support/model_calls.ts";
import { sse } from "../support/model_frames.ts";
import { startModelServer } from "../support/model_server.ts";
import { COMMON_HEADERS, eventsOf, exampleRequest, failureOf, HELLO, sentFor } from "./asking.ts";

type WireEvent = { type: string; [key: string]: unknown };

function framesOf(events: readonly WireEvent[]): string[] {
  return events.map((data) => sse(data, data.type));
}

/** The model events for a stream of these wire events. */
function read(...events: WireEvent[]): Promise<ModelEvent[]> {
  return eventsOf("anthropic", framesOf(events));
}

const start = (index: number, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
const delta = (index: number, delta: object) => ({ type: "content_block_delta", index, delta });
const stop = (index: number) => ({ type: "content_block_stop", index });
const end = (stop_reason: string, usage?: object) => ({
  type: "message_delta",
  delta: { stop_reason },
  usage,
});
const END = { type: "message_stop" };

Deno.test("20.13-29 the request of spec 20 §6.1, body and headers", async () => {
  const { path, headers, body } = await sentFor("anthropic", exampleRequest(4096));
  equal(path, "/v1/messages");
  deepEqual(body, {
    model: "claude-sonnet-4-6",
    max_tokens: 8192,
    system: "You are a pod.",
    stream: true,
    messages: [
      { role: "user", content: "Compare a and b" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Read both.", signature: "SIG1" },
          { type: "tool_use", id: "c1", name: "Read", input: { file_path: "/w/a" } },
          { type: "tool_use", id: "c2", name: "Read", input: { file_path: "/w/b" } },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "c1",
            content: "Read 1 line(s)\n     1\talpha\n",
          },
          {
            type: "tool_result",
            tool_use_id: "c2",
            content: "Tool execution failed: Execution failed: no such file",
            is_error: true,
            cache_control: { type: "ephemeral" },
          },
        ],
      },
    ],
    tools: [{
      name: "Read",
      description: "Reads a file",
      input_schema: READ_TOOL.inputSchema,
    }],
    thinking: { type: "enabled", budget_tokens: 4096 },
  });
  deepEqual(headers, {
    ...COMMON_HEADERS,
    "anthropic-beta": "fine-grained-tool-streaming-2025-05-14",
    "anthropic-version": "2023-06-01",
    "x-api-key": "key-1",
  });
});

Deno.test("20.13-29 without auth no credential goes out, to other servers no beta header", async () => {
  const { headers, body } = await sentFor(
    "anthropic",
    requestOf(EXAMPLE_ITEMS, { cacheAnchor: 0 }),
    {
      changes: { provider: "ollama-local" },
      capability: { prompt_caching: { kind: "auto" } },
      credential: { kind: "none" },
    },
  );
  deepEqual(headers, { ...COMMON_HEADERS, "anthropic-version": "2023-06-01" });
  equal(JSON.stringify(body).includes("cache_control"), false);
});

Deno.test("20.12-W30 a model whose thoughts are bound gets the header that says what to do about it", async () => {
  const betasOf = async (provider: string) => {
    const options = { changes: { provider }, capability: { bound_thinking: true } };
    return (await sentFor("anthropic", HELLO, options)).headers["anthropic-beta"];
  };
  equal(
    await betasOf("anthropic"),
    "fine-grained-tool-streaming-2025-05-14,thinking-binding-controls-2026-08-01",
  );
  equal(await betasOf("lab"), "thinking-binding-controls-2026-08-01");
});

Deno.test("20.13-32 thinking and its signature are shown, kept and sent back", async () => {
  await using server = startModelServer([
    { thinking: ["Read ", "both."], signature: "SIG1", text: "Done" },
    { text: "ok" },
  ]);
  const model = await openWire(resolvedModel("anthropic", server.url));
  const events = await collect(model, HELLO);
  deepEqual(events.slice(1, 5), [
    { type: "block_start", index: 0, block: { kind: "thinking" } },
    { type: "block_delta", index: 0, text: "Read " },
    { type: "block_delta", index: 0, text: "both." },
    { type: "block_stop", index: 0, reasoning: { scheme: "anthropic", signature: "SIG1" } },
  ]);
  const answer: Item[] = [
    { kind: "reasoning", text: "Read both.", signature: "SIG1", scheme: "anthropic" },
    said("assistant", "Done"),
  ];
  const restored: Item[] = JSON.parse(JSON.stringify(answer));
  await collect(model, requestOf([...HELLO.items, ...restored, said("user", "more")]));
  const { body } = await server.request(1);
  deepEqual((body.messages as unknown[])[1], {
    role: "assistant",
    content: [
      { type: "thinking", thinking: "Read both.", signature: "SIG1" },
      { type: "text", text: "Done", cache_control: { type: "ephemeral" } },
    ],
  });
});

Deno.test("20.13-31 redacted thinking arrives as encrypted content", async () => {
  const events = await read(start(0, { type: "redacted_thinking", data: "ENC" }), stop(0), END);
  deepEqual(events, [
    { type: "block_start", index: 0, block: { kind: "thinking" } },
    { type: "block_stop", index: 0, reasoning: { scheme: "anthropic", encryptedContent: "ENC" } },
    { type: "stop", reason: "end_turn" },
  ]);
});

Deno.test("20.13-28 20.12-W28 cached parts count as prompt, and late reports do not lower it", async () => {
  const message = (usage: object) => ({ type: "message_start", message: { usage } });
  const usages = async (...wire: { type: string }[]) =>
    (await read(...wire, END)).flatMap((event) => event.type === "usage" ? [event.usage] : []);

  const raw = {
    input_tokens: 100,
    cache_read_input_tokens: 800,
    cache_creation_input_tokens: 200,
    output_tokens: 1,
  };
  const whole = { inputTokens: 1100, cacheReadTokens: 800, cacheWriteTokens: 200 };
  deepEqual(
    await usages(message(raw), end("end_turn", { input_tokens: 100, output_tokens: 50 })),
    [{ ...whole, outputTokens: 1 }, { ...whole, outputTokens: 50 }],
  );
  deepEqual(
    (await usages(
      message({ input_tokens: 409, output_tokens: 1 }),
      end("x", { output_tokens: 71 }),
    ))
      .at(-1),
    { inputTokens: 409, outputTokens: 71, cacheReadTokens: null, cacheWriteTokens: null },
  );
  deepEqual(
    await usages(message({ output_tokens: 3, cache_read_input_tokens: 5 })),
    [{ inputTokens: null, outputTokens: 3, cacheReadTokens: 5, cacheWriteTokens: null }],
  );
});

Deno.test("20.12-W5 every stop reason of the wire has its meaning", async () => {
  const reasons: [string, string][] = [
    ["end_turn", "end_turn"],
    ["tool_use", "tool_use"],
    ["max_tokens", "max_tokens"],
    ["stop_sequence", "stop_sequence"],
    ["refusal", "refusal"],
    ["model_context_window_exceeded", "max_tokens"],
    ["pause_turn", "end_turn"],
    ["something new", "end_turn"],
  ];
  for (const [wire, reason] of reasons) {
    deepEqual(await read(end(wire), END), [{ type: "stop", reason }], wire);
  }
});

Deno.test("20.12-W15 unknown events, blocks and deltas are passed over", async () => {
  const events = await read(
    { type: "message_start" },
    { type: "brand_new" },
    start(0, { type: "server_tool_use", id: "s", name: "web_search" }),
    delta(0, { type: "input_json_delta", partial_json: "{}" }),
    stop(0),
    start(1, { type: "text", text: "Hi" }),
    delta(1, { type: "citations_delta", citation: {} }),
    delta(1, { type: "text_delta", text: " there" }),
    stop(1),
    END,
  );
  deepEqual(events, [
    { type: "block_start", index: 1, block: { kind: "text" } },
    { type: "block_delta", index: 1, text: "Hi" },
    { type: "block_delta", index: 1, text: " there" },
    { type: "block_stop", index: 1 },
    { type: "stop", reason: "end_turn" },
  ]);
});

Deno.test("arguments that come whole with the start of a call are not lost", async () => {
  const events = await read(
    start(0, { type: "tool_use", id: "t", name: "Read", input: { file_path: "/a" } }),
    stop(0),
    start(1, { type: "tool_use", id: "u", name: "Now", input: {} }),
    end("tool_use"),
    END,
  );
  deepEqual(events, [
    { type: "block_start", index: 0, block: { kind: "tool_call", id: "t", name: "Read" } },
    { type: "block_delta", index: 0, text: '{"file_path":"/a"}' },
    { type: "block_stop", index: 0 },
    { type: "block_start", index: 1, block: { kind: "tool_call", id: "u", name: "Now" } },
    { type: "block_stop", index: 1 },
    { type: "stop", reason: "tool_use" },
  ]);
});

Deno.test("20.12-W24 a stream without message_stop is broken, even after a stop reason", async () => {
  const frames = framesOf([start(0, { type: "text", text: "Hi" }), stop(0), end("end_turn")]);
  const { error } = await failureOf("anthropic", { frames });
  equal(error.kind, "broken");
  equal(error.message, "SSE parse error: the stream ended before the answer did");
});

Deno.test("a request that cannot be made fails when it is streamed, and is not sent", async () => {
  await using server = startModelServer([]);
  const model = await openWire(resolvedModel("anthropic", server.url));
  const request = requestOf(HELLO.items, { config: { reasoning: 1 } });
  await rejects(collect(model, request), {
    kind: "config",
    message: /^Config error: the reasoning/,
  });
  equal(server.requests.length, 0);
});
