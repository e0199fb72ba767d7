import type { ModelEvent } from "../../lib/providers/mod.ts";
import { sse } from "../support/model_frames.ts";

const ENCRYPTED = btoa("\xff\xfe sealed thought /+ ".repeat(2));

const REASONING = { id: "rs_68a1", type: "reasoning" };
const MESSAGE = { id: "msg_68a2", type: "message", role: "assistant", phase: "commentary" };
const CALL_A = { id: "fc_68a3", type: "function_call", call_id: "call_A", name: "Read" };
const CALL_B = { id: "fc_68a4", type: "function_call", call_id: "call_B", name: "Read" };
const PLAN = { type: "summary_text", text: "**Plan** read bôth." };
const DETAIL = { type: "summary_text", text: "First a." };
const SAID = { type: "output_text", text: "I loök." };

const EVENTS: [type: string, data: object][] = [
  ["response.created", { response: { id: "resp_1", status: "in_progress", output: [] } }],
  ["response.in_progress", { response: { id: "resp_1" } }],
  ["response.output_item.added", {
    output_index: 0,
    item: { ...REASONING, summary: [], encrypted_content: "gAAAA-not-yet-whole" },
  }],
  ["response.reasoning_summary_part.added", {
    output_index: 0,
    summary_index: 0,
    part: { type: "summary_text", text: "" },
  }],
  ...["**Plan** ", "read bôth."].map((delta): [string, object] => [
    "response.reasoning_summary_text.delta",
    { output_index: 0, summary_index: 0, delta, obfuscation: "x7Kq" },
  ]),
  ["response.reasoning_summary_text.done", { output_index: 0, summary_index: 0, text: PLAN.text }],
  ["response.reasoning_summary_part.done", { output_index: 0, summary_index: 0, part: PLAN }],
  ["response.reasoning_summary_part.added", {
    output_index: 0,
    summary_index: 1,
    part: { type: "summary_text", text: "" },
  }],
  ["response.reasoning_summary_text.delta", {
    output_index: 0,
    summary_index: 1,
    delta: "First a.",
  }],
  ["response.reasoning_summary_part.done", { output_index: 0, summary_index: 1, part: DETAIL }],
  ["response.output_item.done", {
    output_index: 0,
    item: { ...REASONING, summary: [PLAN, DETAIL], encrypted_content: ENCRYPTED },
  }],
  ["response.output_item.added", {
    output_index: 1,
    item: { ...MESSAGE, status: "in_progress", content: [] },
  }],
  ["response.content_part.added", {
    output_index: 1,
    content_index: 0,
    part: { ...SAID, text: "" },
  }],
  ["response.output_text.delta", { output_index: 1, content_index: 0, delta: "I ", logprobs: [] }],
  ["response.output_text.delta", { output_index: 1, content_index: 0, delta: "loök." }],
  ["response.output_text.done", { output_index: 1, content_index: 0, text: SAID.text }],
  ["response.content_part.done", { output_index: 1, content_index: 0, part: SAID }],
  ["response.output_item.done", {
    output_index: 1,
    item: { ...MESSAGE, status: "completed", content: [SAID] },
  }],
  ["response.output_item.added", {
    output_index: 2,
    item: { ...CALL_A, status: "in_progress", arguments: "" },
  }],
  ["response.output_item.added", {
    output_index: 3,
    item: { ...CALL_B, status: "in_progress", arguments: "" },
  }],
  ["response.function_call_arguments.delta", { output_index: 2, delta: '{"file_' }],
  ["response.function_call_arguments.delta", { output_index: 3, delta: '{"file_path":"/b"}' }],
  ["response.function_call_arguments.delta", { output_index: 2, delta: 'path":"/ä"}' }],
  ["response.function_call_arguments.done", { output_index: 2, arguments: '{"file_path":"/ä"}' }],
  ["response.output_item.done", {
    output_index: 2,
    item: { ...CALL_A, status: "completed", arguments: '{"file_path":"/ä"}' },
  }],
  ["response.output_item.done", {
    output_index: 3,
    item: { ...CALL_B, status: "completed", arguments: '{"file_path":"/b"}' },
  }],
  ["response.completed", {
    response: {
      id: "resp_1",
      status: "completed",
      error: null,
      incomplete_details: null,
      usage: {
        input_tokens: 12345,
        input_tokens_details: { cached_tokens: 11000 },
        output_tokens: 90,
        output_tokens_details: { reasoning_tokens: 64 },
        total_tokens: 12435,
      },
    },
  }],
];

/** A stream as OpenAI sends it: a thought in two parts, a text, and two calls side by side. */
export const RECORDED_FRAMES: readonly string[] = EVENTS.map(([type, data], sequence_number) =>
  sse({ type, sequence_number, ...data }, type)
);

/** What the recorded stream means. */
export const RECORDED_EVENTS: readonly ModelEvent[] = [
  { type: "block_start", index: 0, block: { kind: "thinking" } },
  { type: "block_delta", index: 0, text: "**Plan** " },
  { type: "block_delta", index: 0, text: "read bôth." },
  { type: "block_delta", index: 0, text: "\n\n" },
  { type: "block_delta", index: 0, text: "First a." },
  {
    type: "block_stop",
    index: 0,
    reasoning: {
      scheme: "openai_responses",
      text: "",
      summary: ["**Plan** read bôth.", "First a."],
      encryptedContent: ENCRYPTED,
    },
  },
  { type: "block_start", index: 1, block: { kind: "text", phase: "commentary" } },
  { type: "block_delta", index: 1, text: "I " },
  { type: "block_delta", index: 1, text: "loök." },
  { type: "block_stop", index: 1 },
  { type: "block_start", index: 2, block: { kind: "tool_call", id: "call_A", name: "Read" } },
  { type: "block_start", index: 3, block: { kind: "tool_call", id: "call_B", name: "Read" } },
  { type: "block_delta", index: 2, text: '{"file_' },
  { type: "block_delta", index: 3, text: '{"file_path":"/b"}' },
  { type: "block_delta", index: 2, text: 'path":"/ä"}' },
  { type: "block_stop", index: 2 },
  { type: "block_stop", index: 3 },
  {
    type: "usage",
    usage: {
      inputTokens: 12345,
      outputTokens: 90,
      cacheReadTokens: 11000,
      cacheWriteTokens: null,
    },
  },
  { type: "stop", reason: "tool_use" },
];
