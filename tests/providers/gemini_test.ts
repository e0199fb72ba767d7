import { deepEqual, equal } from "../support/assert.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import type { Item } from "../../lib/protocol/mod.ts";
import { isRetryable } from "../../lib/providers/mod.ts";
import {
  collect,
  openWire,
  READ_TOOL,
  requestOf,
  resolvedModel,
  said,
} from "../support/model_calls.ts";
import { geminiFrame } from "../support/model_frames.ts";
import { startModelServer } from "../support/model_server.ts";
import { COMMON_HEADERS, exampleRequest, failureOf, HELLO, pathsFor, sentFor } from "./asking.ts";

Deno.test("20.12-W31 20.12-W32 the request of spec 20 §6.4 with names, flags and the key where they belong", async () => {
  const { path, headers, body } = await sentFor("gemini", exampleRequest(4096));
  equal(path, "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
  deepEqual(body, {
    contents: [
      { role: "user", parts: [{ text: "Compare a and b" }] },
      {
        role: "model",
        parts: [
          { functionCall: { id: "c1", name: "Read", args: { file_path: "/w/a" } } },
          { functionCall: { id: "c2", name: "Read", args: { file_path: "/w/b" } } },
        ],
      },
      {
        role: "user",
        parts: [
          {
            functionResponse: {
              id: "c1",
              name: "Read",
              response: { output: "Read 1 line(s)\n     1\talpha\n" },
            },
          },
          {
            functionResponse: {
              id: "c2",
              name: "Read",
              response: {
                error: "Error: Tool execution failed: Execution failed: no such file",
              },
            },
          },
        ],
      },
    ],
    systemInstruction: { role: "user", parts: [{ text: "You are a pod." }] },
    tools: [{
      functionDeclarations: [{
        name: "Read",
        description: "Reads a file",
        parametersJsonSchema: READ_TOOL.inputSchema,
      }],
    }],
    toolConfig: { functionCallingConfig: { mode: "AUTO" } },
    generationConfig: {
      maxOutputTokens: 8192,
      thinkingConfig: { thinkingBudget: 4096, includeThoughts: true },
    },
  });
  deepEqual(headers, { ...COMMON_HEADERS, "x-goog-api-key": "key-1" });
});

Deno.test("20.13-29 without auth no credential goes out", async () => {
  const { headers } = await sentFor("gemini", HELLO, { credential: { kind: "none" } });
  deepEqual(headers, COMMON_HEADERS);
});

Deno.test("20.12-W17 base URLs with and without a version are the same API", async () => {
  const endings = ["", "/", "/v1beta", "/v1beta/", "/google", "/google/v1"];
  const rest = "models/gemini-2.5-pro:streamGenerateContent?alt=sse";
  deepEqual(await pathsFor("gemini", endings), [
    `/v1beta/${rest}`,
    `/v1beta/${rest}`,
    `/v1beta/${rest}`,
    `/v1beta/${rest}`,
    `/google/v1beta/${rest}`,
    `/google/v1/${rest}`,
  ]);
});

Deno.test("20.13-35 20.12-W31 a recorded stream with thoughts and two calls, and the request that brings the results", async () => {
  const chunk = (parts: object[], rest: object, finish: object = {}) =>
    geminiFrame({
      candidates: [{ content: { parts, role: "model" }, ...finish, index: 0 }],
      usageMetadata: { promptTokenCount: 118, ...rest, serviceTier: "standard" },
      modelVersion: "gemini-3.8-flash",
      responseId: "w8Qmaf_XGJ2vvdIPq7mN6QQ",
    });
  const call = (id: string, file_path: string) => ({
    functionCall: { id, name: "Read", args: { file_path } },
  });
  const signature = "EsQDCsEDAb4+9vv/m0cS7Zt+Jw==";
  const thought = { text: "**Reading both**\n\nFiles first.", thought: true };
  await using server = startModelServer([
    {
      frames: [
        chunk([thought], { totalTokenCount: 180, thoughtsTokenCount: 62 }),
        chunk([{ text: "I " }], { candidatesTokenCount: 1, thoughtsTokenCount: 62 }),
        chunk([{ text: "look." }], { candidatesTokenCount: 3, thoughtsTokenCount: 62 }),
        chunk(
          [{ ...call("9kx1pq7d", "/a"), thoughtSignature: signature }, call("n2v8c0wz", "/b")],
          { candidatesTokenCount: 31, thoughtsTokenCount: 62, cachedContentTokenCount: 64 },
        ),
        chunk(
          [{ text: "" }],
          { candidatesTokenCount: 31, thoughtsTokenCount: 62 },
          { finishReason: "STOP" },
        ),
      ],
    },
    { text: "They differ." },
  ]);
  const model = await openWire(
    resolvedModel("gemini", server.url, { modelId: "gemini-3.8-flash" }),
  );
  const events = await collect(model, HELLO);
  deepEqual(events.filter((event) => event.type !== "usage"), [
    { type: "block_start", index: 0, block: { kind: "thinking" } },
    { type: "block_delta", index: 0, text: "**Reading both**\n\nFiles first." },
    { type: "block_stop", index: 0, reasoning: { scheme: "gemini" } },
    { type: "block_start", index: 1, block: { kind: "text" } },
    { type: "block_delta", index: 1, text: "I " },
    { type: "block_delta", index: 1, text: "look." },
    { type: "block_stop", index: 1 },
    { type: "block_start", index: 2, block: { kind: "thinking" } },
    { type: "block_stop", index: 2, reasoning: { scheme: "gemini", signature } },
    { type: "block_start", index: 3, block: { kind: "tool_call", id: "9kx1pq7d", name: "Read" } },
    { type: "block_delta", index: 3, text: '{"file_path":"/a"}' },
    { type: "block_stop", index: 3 },
    { type: "block_start", index: 4, block: { kind: "tool_call", id: "n2v8c0wz", name: "Read" } },
    { type: "block_delta", index: 4, text: '{"file_path":"/b"}' },
    { type: "block_stop", index: 4 },
    { type: "stop", reason: "tool_use" },
  ]);
  deepEqual(events.findLast((event) => event.type === "usage"), {
    type: "usage",
    usage: { inputTokens: 118, outputTokens: 93, cacheReadTokens: 64, cacheWriteTokens: null },
  });

  const answer: Item[] = [
    { kind: "reasoning", text: thought.text, scheme: "gemini" },
    said("assistant", "I look."),
    { kind: "reasoning", text: "", signature, scheme: "gemini" },
    { kind: "tool_call", call_id: "9kx1pq7d", name: "Read", arguments: '{"file_path":"/a"}' },
    { kind: "tool_call", call_id: "n2v8c0wz", name: "Read", arguments: '{"file_path":"/b"}' },
    { kind: "tool_result", call_id: "9kx1pq7d", summary: "one" },
    { kind: "tool_result", call_id: "n2v8c0wz", summary: "two" },
  ];
  await collect(model, requestOf([...HELLO.items, ...answer]));
  const result = (id: string, output: string) => ({
    functionResponse: { id, name: "Read", response: { output } },
  });
  deepEqual((await server.request(1)).body.contents, [
    { role: "user", parts: [{ text: "hello" }] },
    {
      role: "model",
      parts: [
        { text: "I look." },
        { ...call("9kx1pq7d", "/a"), thoughtSignature: signature },
        call("n2v8c0wz", "/b"),
      ],
    },
    { role: "user", parts: [result("9kx1pq7d", "one"), result("n2v8c0wz", "two")] },
  ]);
});

Deno.test("a refused request says what Google said, and how long it asks to wait", async () => {
  const refusal: JsonObject = {
    error: {
      code: 429,
      message: "You exceeded your current quota.",
      status: "RESOURCE_EXHAUSTED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" },
      ],
    },
  };
  for (const errorBody of [refusal, [refusal]]) {
    const { error } = await failureOf("gemini", { status: 429, errorBody });
    equal(
      error.message,
      "API error (status: 429) [RESOURCE_EXHAUSTED]: You exceeded your current quota.",
    );
    deepEqual([error.retryAfterMs, isRetryable(error)], [34_400, true]);
  }
});

Deno.test("an error that breaks into the stream is the provider's, as an event and as bare JSON", async () => {
  const body = { error: { code: 503, message: "high demand", status: "UNAVAILABLE" } };
  const text = geminiFrame({ candidates: [{ content: { parts: [{ text: "half" }] } }] });
  for (const bare of [geminiFrame(body), JSON.stringify(body, null, 2), JSON.stringify(body)]) {
    const { error } = await failureOf("gemini", { frames: [text, bare], chunking: 5 });
    equal(error.message, "API error [UNAVAILABLE]: high demand");
    deepEqual([error.kind, isRetryable(error)], ["api", true]);
  }
});

Deno.test("usage is told before the error that ends the stream", async () => {
  const chunk = {
    candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "Read(file_path=" }],
    usageMetadata: { promptTokenCount: 20 },
  };
  const { error, events } = await failureOf("gemini", { frames: [geminiFrame(chunk)] });
  deepEqual(events, [{
    type: "usage",
    usage: { inputTokens: 20, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null },
  }]);
  equal(error.kind, "api");
  equal(error.message, "API error [MALFORMED_FUNCTION_CALL]: Read(file_path=");
});

Deno.test("20.12-W24 a stream without a finish reason is broken", async () => {
  const frames = [geminiFrame({ candidates: [{ content: { parts: [{ text: "Hi" }] } }] })];
  const { error } = await failureOf("gemini", { frames });
  equal(error.kind, "broken");
  equal(error.message, "SSE parse error: the stream ended before the answer did");
});
