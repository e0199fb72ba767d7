import type { ModelEvent } from "../../lib/providers/mod.ts";
import type { ResponsesEvent } from "../../lib/providers/openai_responses_event.ts";
import { ResponsesReader } from "../../lib/providers/openai_responses_stream.ts";
import { deepEqual, equal, match, ok, throws } from "../support/assert.ts";
import {
  added,
  args,
  blocksOf,
  callDone,
  COMPLETED,
  incomplete,
  read,
  said,
} from "./responses_events.ts";

const USAGE = { inputTokens: 9, outputTokens: 3, cacheReadTokens: null, cacheWriteTokens: null };

Deno.test("20.12-W25 an answer cut at the output limit is an answer, with its usage", () => {
  const { events, reason } = read(said("Hal"), added(1, "a"), args(1, '{"x'), {
    ...callDone(1, "a", { arguments: '{"x', status: "incomplete" }),
  }, incomplete("max_output_tokens"));
  deepEqual(blocksOf(events), [["text", "Hal"], ["tool_call", '{"x']]);
  ok(events.some((event) => event.type === "usage" && event.usage.outputTokens === 3));
  equal(reason, "max_tokens");
});

Deno.test("20.12-W25 a refusal is a block of its own kind and a reason to stop", () => {
  const { events, reason } = read(
    { type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "I " },
    { type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "won't." },
    COMPLETED,
  );
  deepEqual(blocksOf(events), [["refusal", "I won't."]]);
  equal(reason, "refusal");
});

Deno.test("an answer that was filtered is a refusal; half a call of it is not heard of", () => {
  const { events, reason } = read(
    said("Well"),
    added(1, "a"),
    callDone(1, "a", { status: "incomplete", arguments: "" }),
    incomplete("content_filter"),
  );
  deepEqual(blocksOf(events), [["text", "Well"]]);
  equal(reason, "refusal");
});

/** The error of a stream that ends with `event`, and what came before it. */
function failure(event: ResponsesEvent | Record<string, unknown> & { type: string }) {
  const reader = new ResponsesReader();
  const out: ModelEvent[] = [];
  const caught: { message?: string; apiCode?: string; kind?: string } = {};
  throws(() => reader.read(event as ResponsesEvent, out), (error: typeof caught) => {
    Object.assign(caught, { message: error.message, apiCode: error.apiCode, kind: error.kind });
    return true;
  });
  equal(reader.stopReason, undefined);
  return { ...caught, events: out };
}

Deno.test("20.13-34 20.12-W3 a failed response is the provider's error, after its usage", () => {
  const { message, apiCode, kind, events } = failure({
    type: "response.failed",
    response: {
      id: "resp_1",
      status: "failed",
      instructions: "secret instructions",
      error: { code: "server_error", message: "It broke." },
      usage: { input_tokens: 9, output_tokens: 3 },
    },
  });
  equal(message, "API error [server_error]: It broke.");
  deepEqual([apiCode, kind], ["server_error", "api"]);
  deepEqual(events, [{ type: "usage", usage: USAGE }]);
});

Deno.test("20.6.3 what else a failed response says follows as JSON, cut where it is long", () => {
  equal(
    failure({
      type: "response.failed",
      response: {
        error: { code: null, type: "invalid_prompt", message: "No.", param: "input", hint: null },
      },
    }).message,
    "API error [invalid_prompt]: No. | " +
      'diagnostic={"event":"response.failed","error_extra":{"param":"input"}}',
  );
  equal(
    failure({
      type: "response.failed",
      response: { error: { code: "c", type: "t", message: "No." } },
    }).message,
    'API error [c]: No. | diagnostic={"event":"response.failed","error_type":"t"}',
  );
  equal(
    failure({
      type: "response.failed",
      response: {
        id: "resp_1",
        instructions: "not for the error",
        tools: [{}],
        metadata: {},
        why: "x".repeat(600),
        error: null,
      },
    }).message,
    "API error: OpenAI Responses response.failed | " +
      `diagnostic={"event":"response.failed","response_extra":` +
      `{"id":"resp_1","why":"${"x".repeat(512)}…"}}`,
  );
  for (const type of ["response.failed", "response.incomplete"]) {
    equal(failure({ type }).message, `API error: OpenAI Responses ${type}`);
  }
});

Deno.test("20.13-34 an answer that is incomplete for another reason is an error with that code", () => {
  const { message, apiCode } = failure({
    type: "response.incomplete",
    response: { incomplete_details: { reason: "max_messages" } },
  });
  equal(apiCode, "max_messages");
  match(`${message}`, /^API error \[max_messages\]: OpenAI Responses response\.incomplete \| diag/);
});

Deno.test("20.6.3 an error event without a name of its own is read in its flat form", () => {
  const flat = { type: "error", code: "rate_limit_exceeded", message: "Slow down.", param: null };
  equal(failure(flat).message, "API error [rate_limit_exceeded]: Slow down.");
  equal(failure({ ...flat, code: null }).message, "API error: Slow down.");
});
