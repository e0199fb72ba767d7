import { DEFAULT_REQUEST_CONFIG, type Item, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok, rejects } from "../support/assert.ts";
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
import { COMMON_HEADERS, exampleRequest, failureOf, HELLO, pathsFor, sentFor } from "./asking.ts";
import { RECORDED_EVENTS, RECORDED_FRAMES } from "./openai_responses_recording.ts";

/** The body of a request to a model with or without a way to be asked to reason. */
async function bodyOf(
  request: Parameters<typeof requestOf>,
  reasoning: "effort" | "both" | null = "effort",
) {
  const options = { capability: { reasoning: reasoning ?? undefined } };
  return (await sentFor("openai_responses", requestOf(...request), options)).body;
}

Deno.test("20.13-33 20.12-W32 20.12-W37 the request of spec 20 §6.3, body and headers, without ids and with errors marked", async () => {
  const { path, headers, body } = await sentFor("openai_responses", exampleRequest("medium"));
  equal(path, "/v1/responses");
  deepEqual(body, {
    model: "gpt-5",
    instructions: "You are a pod.",
    tool_choice: "auto",
    parallel_tool_calls: true,
    store: false,
    stream: true,
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "medium", summary: "auto" },
    max_output_tokens: 8192,
    prompt_cache_key: "seg-1",
    input: [
      {
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: "Compare a and b" }],
      },
      {
        type: "reasoning",
        summary: [{ type: "summary_text", text: "Plan" }],
        content: [{ type: "reasoning_text", text: "Read both." }],
        encrypted_content: "ENC1",
      },
      { type: "function_call", call_id: "c1", name: "Read", arguments: '{"file_path":"/w/a"}' },
      { type: "function_call", call_id: "c2", name: "Read", arguments: '{"file_path":"/w/b"}' },
      {
        type: "function_call_output",
        call_id: "c1",
        output: "Read 1 line(s)\n     1\talpha\n",
      },
      {
        type: "function_call_output",
        call_id: "c2",
        output: "Error: Tool execution failed: Execution failed: no such file",
      },
    ],
    tools: [{
      type: "function",
      name: "Read",
      description: "Reads a file",
      strict: false,
      parameters: READ_TOOL.inputSchema,
    }],
  });
  deepEqual(headers, { ...COMMON_HEADERS, authorization: "Bearer key-1" });
});

Deno.test("20.13-33 what is not set is not sent", async () => {
  deepEqual(await bodyOf([HELLO.items], null), {
    model: "gpt-5",
    input: [{
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "hello" }],
    }],
    tool_choice: "auto",
    parallel_tool_calls: true,
    store: false,
    stream: true,
  });
});

Deno.test("20.13-33 no reasoning without the capability or for a budget; encryption for models that reason", async () => {
  const asked = (reasoning: string | number) => [HELLO.items, { config: { reasoning } }] as const;
  const seen = async (...args: Parameters<typeof bodyOf>) => {
    const { reasoning, include } = await bodyOf(...args);
    return [reasoning, include];
  };
  const include = ["reasoning.encrypted_content"];
  deepEqual(await seen([...asked("high")], null), [undefined, undefined]);
  deepEqual(await seen([...asked("high")], "both"), [
    { effort: "high", summary: "auto" },
    include,
  ]);
  deepEqual(await seen([...asked(2000)], "both"), [undefined, include]);
});

Deno.test("20.13-33 a schema of an object without properties gets some, other schemas stay as they are", async () => {
  const schemas = [
    [{ type: "object" }, { type: "object", properties: {} }],
    [{ type: "object", properties: {} }, { type: "object", properties: {} }],
    [{ $ref: "#/$defs/A", $defs: { A: {} } }, { $ref: "#/$defs/A", $defs: { A: {} } }],
  ] as const;
  for (const [inputSchema, parameters] of schemas) {
    const tools = [{ name: "Now", description: "", inputSchema }];
    deepEqual((await bodyOf([HELLO.items, { tools }])).tools, [
      { type: "function", name: "Now", parameters, strict: false },
    ]);
  }
});

Deno.test("20.13-33 items one to one: notes are the developer's, refusals are what the model said", async () => {
  const items: Item[] = [
    said("system", "note"),
    said("user", ""),
    {
      kind: "message",
      role: "assistant",
      content: [
        { kind: "text", text: "Well." },
        { kind: "text", text: "" },
        { kind: "refusal", refusal: "No." },
      ],
    },
    { ...textMessage("assistant", "I look."), phase: "commentary" },
    { kind: "tool_call", call_id: "c1", name: "Now", arguments: "null" },
    { kind: "tool_result", call_id: "c1", summary: "noon" },
  ];
  deepEqual((await bodyOf([items])).input, [
    { type: "message", role: "developer", content: [{ type: "input_text", text: "note" }] },
    {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "Well." }, { type: "output_text", text: "No." }],
    },
    {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "I look." }],
      phase: "commentary",
    },
    { type: "function_call", call_id: "c1", name: "Now", arguments: "{}" },
    { type: "function_call_output", call_id: "c1", output: "noon" },
  ]);
});

Deno.test("20.12-W14 only reasoning that this API can read goes back; a summary is always there", async () => {
  const scheme = "openai_responses";
  const items: Item[] = [
    { kind: "reasoning", text: "", encrypted_content: "E1", scheme, model: "openai/gpt-5" },
    { kind: "reasoning", text: "", encrypted_content: "E2", scheme, model: "openai/gpt-5.5" },
    { kind: "reasoning", text: "", encrypted_content: "E3", scheme, model: "codex-oauth/gpt-5" },
    { kind: "reasoning", text: "open", scheme },
    { kind: "reasoning", text: "", encrypted_content: "old log" },
    { kind: "reasoning", text: "", summary: ["for people only"], scheme },
    { kind: "reasoning", text: "of a chat server" },
    { kind: "reasoning", text: "signed", signature: "S" },
    { kind: "reasoning", text: "", encrypted_content: "X", scheme: "anthropic" },
    { kind: "reasoning", text: "thought elsewhere", scheme: "gemini" },
  ];
  deepEqual((await bodyOf([items])).input, [
    { type: "reasoning", summary: [], encrypted_content: "E1" },
    { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "open" }] },
    { type: "reasoning", summary: [], encrypted_content: "old log" },
  ]);
});

Deno.test("20.12-W16 settings go out under their names here; the others are said to be left out", async () => {
  const config = {
    ...DEFAULT_REQUEST_CONFIG,
    max_tokens: 5,
    temperature: 0,
    top_p: 0.5,
    top_k: 3,
    stop_sequences: ["END"],
    reasoning: 2000,
  };
  const request = requestOf(HELLO.items, { config });
  const { model, body } = await sentFor("openai_responses", request);
  const { max_output_tokens, temperature, top_p, ...rest } = body;
  deepEqual([max_output_tokens, temperature, top_p], [5, 0, 0.5]);
  ok(!/END|top_k|2000/.test(JSON.stringify(rest)));
  deepEqual(model.unsupported(config), [
    "'top_k' is not supported by OpenAI Responses and will be ignored",
    "'stop_sequences' is not supported by OpenAI Responses and will be ignored",
    "'reasoning' is not supported by OpenAI Responses as a budget and will be ignored",
  ]);
  deepEqual(model.unsupported(DEFAULT_REQUEST_CONFIG), []);
  const plain = await sentFor("openai_responses", HELLO, { capability: { reasoning: undefined } });
  deepEqual(plain.model.unsupported({ ...DEFAULT_REQUEST_CONFIG, reasoning: "high" }), [
    "'reasoning' is not supported by gpt-5 as an effort and will be ignored",
  ]);
});

Deno.test("20.13-34 a recorded stream, as it comes over the wire", async () => {
  await using server = startModelServer([{ frames: RECORDED_FRAMES, chunking: 13 }]);
  const model = await openWire(resolvedModel("openai_responses", server.url));
  deepEqual(await collect(model, HELLO), RECORDED_EVENTS);
});

Deno.test("20.4.3 20.12-W3 a response that fails reports its usage before its error", async () => {
  const usage = { input_tokens: 7, output_tokens: 1 };
  const response = {
    status: "failed",
    error: { code: "context_length_exceeded", message: "Too long." },
    usage,
  };
  const frames = [sse({ type: "response.failed", response }, "response.failed")];
  const { error, events } = await failureOf("openai_responses", { frames });
  equal(error.message, "API error [context_length_exceeded]: Too long.");
  deepEqual(events, [{
    type: "usage",
    usage: { inputTokens: 7, outputTokens: 1, cacheReadTokens: null, cacheWriteTokens: null },
  }]);
});

Deno.test("20.6.3 error events in every form, named or not", async () => {
  const flat = { type: "error", code: "server_error", message: "It broke.", param: null };
  const nested = { type: "error", error: { type: "server_error", message: "It broke." } };
  const forms: [frame: string, message: string][] = [
    ...[sse(flat, "error"), sse(flat), sse(nested, "error"), sse(nested)]
      .map((frame): [string, string] => [frame, "API error [server_error]: It broke."]),
    [sse({ ...flat, code: null }, "error"), "API error: It broke."],
  ];
  for (const [frame, message] of forms) {
    const { error, events } = await failureOf("openai_responses", { frames: [frame] });
    deepEqual([error.message, events], [message, []]);
  }
});

Deno.test("20.13-29 without auth no credential goes out", async () => {
  const { headers } = await sentFor("openai_responses", HELLO, { credential: { kind: "none" } });
  deepEqual(headers, COMMON_HEADERS);
});

Deno.test("20.12-W17 base URLs with and without a version are the same API", async () => {
  const endings = ["", "/", "/v1", "/v1/", "/api/v1", "/openai/v1/"];
  deepEqual(await pathsFor("openai_responses", endings), [
    "/v1/responses",
    "/v1/responses",
    "/v1/responses",
    "/v1/responses",
    "/api/v1/responses",
    "/openai/v1/responses",
  ]);
  await rejects(openWire(resolvedModel("openai_responses", "ftp://host")), { kind: "config" });
});
