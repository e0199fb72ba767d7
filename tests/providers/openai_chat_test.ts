import { deepEqual, equal, ok } from "node:assert/strict";
import { DEFAULT_REQUEST_CONFIG, type Item } from "../../lib/protocol/mod.ts";
import {
  collect,
  openWire,
  READ_TOOL,
  requestOf,
  resolvedModel,
  said,
} from "../support/model_calls.ts";
import { sse } from "../support/model_frames.ts";
import { startModelServer } from "../support/model_server.ts";
import {
  COMMON_HEADERS,
  eventsOf,
  exampleRequest,
  failureOf,
  HELLO,
  pathsFor,
  sentFor,
} from "./asking.ts";

Deno.test("20.12-W14 20.12-W32 the request of spec 20 §6.2, body and headers, without the reasoning", async () => {
  const { path, headers, body } = await sentFor("openai_chat", exampleRequest("medium"));
  equal(path, "/v1/chat/completions");
  deepEqual(body, {
    model: "gpt-5",
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 8192,
    reasoning_effort: "medium",
    messages: [
      { role: "system", content: "You are a pod." },
      { role: "user", content: "Compare a and b" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: "c1",
            type: "function",
            function: { name: "Read", arguments: '{"file_path":"/w/a"}' },
          },
          {
            id: "c2",
            type: "function",
            function: { name: "Read", arguments: '{"file_path":"/w/b"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "Read 1 line(s)\n     1\talpha\n" },
      {
        role: "tool",
        tool_call_id: "c2",
        content: "Error: Tool execution failed: Execution failed: no such file",
      },
    ],
    tools: [{
      type: "function",
      function: {
        name: "Read",
        description: "Reads a file",
        parameters: READ_TOOL.inputSchema,
      },
    }],
  });
  deepEqual(headers, { ...COMMON_HEADERS, authorization: "Bearer key-1" });
});

Deno.test("settings go out under their names here; the others are said to be left out", async () => {
  const config = {
    ...DEFAULT_REQUEST_CONFIG,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    stop_sequences: ["END"],
    reasoning: 2000,
  };
  const { model, body } = await sentFor("openai_chat", requestOf(HELLO.items, { config }));
  const { messages: _messages, model: _model, stream: _stream, ...rest } = body;
  deepEqual(rest, {
    stream_options: { include_usage: true },
    temperature: 0,
    top_p: 0.5,
    stop: ["END"],
  });
  deepEqual(model.unsupported(config), [
    "'top_k' is not supported by OpenAI Chat and will be ignored",
    "'reasoning' is not supported by OpenAI Chat as a budget and will be ignored",
  ]);
  deepEqual(model.unsupported(DEFAULT_REQUEST_CONFIG), []);
});

Deno.test("an effort goes out only to a model that takes one", async () => {
  const config = { ...DEFAULT_REQUEST_CONFIG, reasoning: "high" };
  const { model, body } = await sentFor("openai_chat", requestOf(HELLO.items, { config }), {
    capability: { reasoning: undefined },
  });
  equal(body.reasoning_effort, undefined);
  deepEqual(model.unsupported(config), [
    "'reasoning' is not supported by gpt-5 as an effort and will be ignored",
  ]);
});

Deno.test("20.12-W16 a reasoning model of OpenAI's gets no sampling setting, and the effort that it knows", async () => {
  const config = { ...DEFAULT_REQUEST_CONFIG, temperature: 0, top_k: 2, reasoning: "minimal" };
  const { model, body } = await sentFor("openai_chat", requestOf(HELLO.items, { config }), {
    capability: { sampling: false, efforts: ["none", "low"] },
  });
  deepEqual([body.temperature, body.reasoning_effort], [undefined, "low"]);
  deepEqual(model.unsupported(config), [
    "'temperature' is not supported by gpt-5 and will be ignored",
    "'top_k' is not supported by gpt-5 and will be ignored",
    "'reasoning' `minimal` is not known to gpt-5: `low` is used",
  ]);
});

Deno.test("the calls of one answer stand together, right before their results", async () => {
  const call = (call_id: string): Item => ({
    kind: "tool_call",
    call_id,
    name: "Read",
    arguments: "null",
  });
  const result = (call_id: string): Item => ({ kind: "tool_result", call_id, summary: "done" });
  const history: Item[] = [
    said("user", "go"),
    said("assistant", "I look."),
    call("a"),
    { kind: "reasoning", text: "hm" },
    said("assistant", "And here."),
    call("b"),
    result("a"),
    result("b"),
    said("system", "note"),
    said("assistant", ""),
  ];
  const wire = (id: string) => ({
    id,
    type: "function",
    function: { name: "Read", arguments: "{}" },
  });
  const { body } = await sentFor("openai_chat", requestOf(history));
  deepEqual(body.messages, [
    { role: "user", content: "go" },
    { role: "assistant", content: "I look." },
    { role: "assistant", content: "And here." },
    { role: "assistant", content: null, tool_calls: [wire("a"), wire("b")] },
    { role: "tool", tool_call_id: "a", content: "done" },
    { role: "tool", tool_call_id: "b", content: "done" },
    { role: "user", content: "note" },
  ]);
});

Deno.test("20.13-35 a recorded tool-call stream, and the request that brings the result", async () => {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    sse({ id: "x", choices: [{ index: 0, delta, finish_reason }] });
  await using server = startModelServer([
    {
      frames: [
        chunk({ role: "assistant", content: null }),
        chunk({ content: "I " }),
        chunk({ content: "look." }),
        chunk({
          tool_calls: [{
            index: 0,
            id: "call_A",
            type: "function",
            function: { name: "Read", arguments: "" },
          }],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"file_' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: 'path":"/a"}' } }] }),
        chunk({
          tool_calls: [{
            index: 1,
            id: "call_B",
            type: "function",
            function: { name: "Read", arguments: '{"file_path":"/b"}' },
          }],
        }),
        chunk({}, "tool_calls"),
        sse({
          choices: [],
          usage: {
            prompt_tokens: 90,
            completion_tokens: 12,
            prompt_tokens_details: { cached_tokens: 64 },
          },
        }),
        "data: [DONE]\n\n",
      ],
    },
    { text: "They differ." },
  ]);
  const model = await openWire(resolvedModel("openai_chat", server.url));
  deepEqual(await collect(model, HELLO), [
    { type: "block_start", index: 0, block: { kind: "text" } },
    { type: "block_delta", index: 0, text: "I " },
    { type: "block_delta", index: 0, text: "look." },
    { type: "block_stop", index: 0 },
    { type: "block_start", index: 1, block: { kind: "tool_call", id: "call_A", name: "Read" } },
    { type: "block_delta", index: 1, text: '{"file_' },
    { type: "block_delta", index: 1, text: 'path":"/a"}' },
    { type: "block_stop", index: 1 },
    { type: "block_start", index: 2, block: { kind: "tool_call", id: "call_B", name: "Read" } },
    { type: "block_delta", index: 2, text: '{"file_path":"/b"}' },
    { type: "block_stop", index: 2 },
    {
      type: "usage",
      usage: { inputTokens: 90, outputTokens: 12, cacheReadTokens: 64, cacheWriteTokens: null },
    },
    { type: "stop", reason: "tool_use" },
  ]);
  const result: Item = { kind: "tool_result", call_id: "call_A", summary: "Read 1 line(s)" };
  await collect(model, requestOf([...HELLO.items, result]));
  const { messages } = (await server.request(1)).body;
  ok(Array.isArray(messages));
  deepEqual(messages.at(-1), { role: "tool", tool_call_id: "call_A", content: "Read 1 line(s)" });
});

Deno.test("20.13-29 without auth no credential goes out", async () => {
  const { headers } = await sentFor("openai_chat", HELLO, { credential: { kind: "none" } });
  deepEqual(headers, COMMON_HEADERS);
});

Deno.test("20.12-W17 base URLs with and without a version are the same API", async () => {
  const endings = ["", "/", "/v1", "/v1/", "/api/v1", "/api"];
  deepEqual(await pathsFor("openai_chat", endings), [
    "/v1/chat/completions",
    "/v1/chat/completions",
    "/v1/chat/completions",
    "/v1/chat/completions",
    "/api/v1/chat/completions",
    "/api/v1/chat/completions",
  ]);
});

Deno.test("20.12-W24 [DONE] without a finish reason is a broken stream", async () => {
  const frames = [sse({ choices: [{ delta: { content: "Hi" } }] }), "data: [DONE]\n\n"];
  const { error } = await failureOf("openai_chat", { frames });
  equal(error.kind, "broken");
  equal(error.message, "SSE parse error: the stream ended before the answer did");
});

Deno.test("usage that never comes and [DONE] that is left out do not matter", async () => {
  const frames = [
    sse({ choices: [{ delta: { content: "Hi" } }] }),
    sse({ choices: [{ delta: {}, finish_reason: "stop" }] }),
  ];
  deepEqual(await eventsOf("openai_chat", frames), [
    { type: "block_start", index: 0, block: { kind: "text" } },
    { type: "block_delta", index: 0, text: "Hi" },
    { type: "block_stop", index: 0 },
    { type: "stop", reason: "end_turn" },
  ]);
});
