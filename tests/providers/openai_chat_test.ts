import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DEFAULT_REQUEST_CONFIG, type Item } from "../../lib/protocol/mod.ts";
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

const HELLO = requestOf([said("user", "hello")]);

/** The messages that a history is sent as. */
async function messagesOf(items: readonly Item[]): Promise<unknown> {
  await using server = startModelServer([{ text: "ok" }]);
  await collect(await openWire(resolvedModel("openai_chat", server.url)), requestOf(items));
  return (await server.request(0)).body.messages;
}

Deno.test("20.12-W14 20.12-W32 the request of spec 20 §6.2, body and headers, without the reasoning", async () => {
  await using server = startModelServer([{ text: "ok" }]);
  const model = await openWire(resolvedModel("openai_chat", server.url));
  await collect(
    model,
    requestOf(EXAMPLE_ITEMS, {
      system: "You are a pod.",
      tools: [READ_TOOL],
      config: { max_tokens: 8192, reasoning: "medium" },
      cacheKey: "seg-1",
    }),
  );
  const { path, headers, body } = await server.request(0);
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
  const { host: _host, "content-length": _length, ...sent } = headers;
  deepEqual(sent, {
    accept: "text/event-stream",
    "accept-encoding": "gzip,br",
    "accept-language": "*",
    authorization: "Bearer key-1",
    "content-type": "application/json",
    "user-agent": "pod/0.1.0",
  });
});

Deno.test("settings go out under their names here; the others are said to be left out", async () => {
  await using server = startModelServer([{ text: "ok" }]);
  const model = await openWire(resolvedModel("openai_chat", server.url));
  const config = {
    ...DEFAULT_REQUEST_CONFIG,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    stop_sequences: ["END"],
    reasoning: 2000,
  };
  await collect(model, requestOf(HELLO.items, { config }));
  const { messages: _messages, model: _model, stream: _stream, ...rest } =
    (await server.request(0)).body;
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
  await using server = startModelServer([{ text: "ok" }]);
  const resolved = resolvedModel("openai_chat", server.url);
  const { reasoning: _, ...capability } = resolved.capability;
  const model = await openWire({ ...resolved, capability });
  const config = { ...DEFAULT_REQUEST_CONFIG, reasoning: "high" };
  await collect(model, requestOf(HELLO.items, { config }));
  equal((await server.request(0)).body.reasoning_effort, undefined);
  deepEqual(model.unsupported(config), [
    "'reasoning' is not supported by gpt-5 as an effort and will be ignored",
  ]);
});

Deno.test("20.12-W16 a reasoning model of OpenAI's gets no sampling setting, and the effort that it knows", async () => {
  await using server = startModelServer([{ text: "ok" }]);
  const resolved = resolvedModel("openai_chat", server.url);
  const capability = { ...resolved.capability, sampling: false, efforts: ["none", "low"] };
  const model = await openWire({ ...resolved, capability });
  const config = { ...DEFAULT_REQUEST_CONFIG, temperature: 0, top_k: 2, reasoning: "minimal" };
  await collect(model, requestOf(HELLO.items, { config }));
  const { temperature, reasoning_effort } = (await server.request(0)).body;
  deepEqual([temperature, reasoning_effort], [undefined, "low"]);
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
  deepEqual(await messagesOf(history), [
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

Deno.test("without auth no credential goes out", async () => {
  await using server = startModelServer([{ text: "ok" }]);
  const resolved = resolvedModel("openai_chat", server.url);
  await collect(await openWire(resolved, { credential: { kind: "none" } }), HELLO);
  equal((await server.request(0)).headers.authorization, undefined);
});

Deno.test("20.12-W17 base URLs with and without a version are the same API", async () => {
  await using server = startModelServer(() => ({ text: "ok" }));
  for (const path of ["", "/", "/v1", "/v1/", "/api/v1", "/api"]) {
    await collect(await openWire(resolvedModel("openai_chat", server.url + path)), HELLO);
  }
  deepEqual(server.requests.map(({ path }) => path), [
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
  await using server = startModelServer([{ frames }]);
  await rejects(collect(await openWire(resolvedModel("openai_chat", server.url)), HELLO), {
    kind: "broken",
    message: "SSE parse error: the stream ended before the answer did",
  });
});

Deno.test("usage that never comes and [DONE] that is left out do not matter", async () => {
  const frames = [
    sse({ choices: [{ delta: { content: "Hi" } }] }),
    sse({ choices: [{ delta: {}, finish_reason: "stop" }] }),
  ];
  await using server = startModelServer([{ frames }]);
  deepEqual(await collect(await openWire(resolvedModel("openai_chat", server.url)), HELLO), [
    { type: "block_start", index: 0, block: { kind: "text" } },
    { type: "block_delta", index: 0, text: "Hi" },
    { type: "block_stop", index: 0 },
    { type: "stop", reason: "end_turn" },
  ]);
});
