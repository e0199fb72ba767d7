import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "../../lib/agent/mod.ts";
import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import { ModelError } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import {
  dataOf,
  driveTurns,
  eventNames,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import {
  answer,
  apiError,
  call,
  EventModel,
  text,
  thinking,
  usage,
} from "../support/event_model.ts";

const USER_HI: Item = textMessage("user", "hi");
const QUICK: RetryPolicy = { maxAttempts: 2, baseMs: 1, capMs: 1, budgetMs: 1000 };

Deno.test("20.13-20 a first attempt fails with 504: one llm_retry, then success", async () => {
  const history: Item[] = [USER_HI];
  const error = apiError(504, "gateway");
  const model = new EventModel({ error }, answer(text("ok")));
  const run = await driveTurns(turnsRequest({ model, history, retryPolicy: QUICK }));
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, textMessage("assistant", "ok")]);
  const [retry, ...others] = dataOf(run, "llm_retry");
  equal(others.length, 0);
  ok(retry !== undefined && retry.elapsed_ms < 1000);
  deepEqual(retry, {
    llm_call: 0,
    failed_attempt: 1,
    max_attempts: 2,
    wait_ms: 0,
    elapsed_ms: retry.elapsed_ms,
    status: 504,
    error: "API error (status: 504): gateway",
  });
  deepEqual(eventNames(run).slice(0, 4), [
    "turn_start",
    "llm_call_start",
    "llm_retry",
    "text_delta",
  ]);
  equal(model.requests[1], model.requests[0]);
});

Deno.test("20.13-21 what is tried again, and what is not", async () => {
  const status = (code: number) => apiError(code, "no");
  const inStream = (apiCode: string) =>
    new ModelError("api", `API error [${apiCode}]`, { apiCode });
  const again = [
    ...[408, 425, 429, 500, 502, 503, 504, 529].map(status),
    new ModelError("timeout", "stream_open timed out after 20s"),
    new ModelError("timeout", "stream_first_event timed out after 30s"),
    new ModelError("transport", "HTTP error: connection refused"),
    inStream("overloaded_error"),
  ];
  const final = [
    ...[400, 401, 403, 404, 409, 410, 422, 501].map(status),
    inStream("parse_error"),
    inStream("context_length_exceeded"),
    new ModelError("config", "Config error: no key"),
  ];
  for (const error of [...again, ...final]) {
    const model = new EventModel({ error }, answer(text("ok")));
    const run = await driveTurns(
      turnsRequest({ model, history: [USER_HI], retryPolicy: { ...QUICK, baseMs: 0 } }),
    );
    if (again.includes(error)) {
      equal(run.result, "finished", error.message);
      equal(dataOf(run, "llm_retry").length, 1, error.message);
    } else {
      equal(runErrorOf(run), `Client error: ${error.message}`);
      deepEqual(eventNames(run), ["turn_start", "llm_call_start", "llm_call_end"], error.message);
      equal(model.requests.length, 1, error.message);
    }
  }
});

Deno.test("20.12-W3 20.12-W4 a stream that fails before its first block is tried again", async () => {
  const overloaded = new ModelError("api", "API error [overloaded_error]: busy", {
    apiCode: "overloaded_error",
  });
  const model = new EventModel(
    { events: [usage(10, 0)], error: overloaded },
    { events: [], error: new ModelError("broken", "SSE parse error: reset") },
    answer(text("ok")),
  );
  const run = await driveTurns(
    turnsRequest({ model, history: [USER_HI], retryPolicy: { ...QUICK, maxAttempts: 3 } }),
  );
  equal(run.result, "finished");
  deepEqual(dataOf(run, "llm_retry").map(({ failed_attempt }) => failed_attempt), [1, 2]);
});

Deno.test("20.13-24 the first event tells that the stream is open, and is not lost by that", async () => {
  const openings = {
    text_delta: text("first", "second"),
    thinking_start: thinking(undefined, "hm"),
    tool_call_start: call("c1", "Nope"),
  };
  for (const [shown, opening] of Object.entries(openings)) {
    const busy = { events: [usage(10, 0)], error: apiError(503, "busy") };
    const model = new EventModel(busy, answer(opening), answer(text("ok")));
    const run = await driveTurns(
      turnsRequest({ model, history: [USER_HI], retryPolicy: { ...QUICK, baseMs: 0 } }),
    );
    equal(run.result, "finished", shown);
    deepEqual(eventNames(run).slice(0, 4), ["turn_start", "llm_call_start", "llm_retry", shown]);
    if (shown === "text_delta") {
      deepEqual(dataOf(run, "text_delta").map(({ text }) => text), ["first", "second"]);
    }
  }
  const empty = await driveTurns(
    turnsRequest({ model: new EventModel(answer()), history: [USER_HI] }),
  );
  deepEqual([empty.result, dataOf(empty, "llm_retry")], ["finished", []], "an end is an event");
});

Deno.test("20.12-W3 a stream that has shown something is not retried, but followed by another call", async () => {
  const overloaded = new ModelError("api", "API error [overloaded_error]: busy", {
    apiCode: "overloaded_error",
  });
  const model = new EventModel({ events: text("Hel")(0), error: overloaded }, answer(text("ok")));
  const run = await driveTurns(
    turnsRequest({ model, history: [USER_HI], retryPolicy: { ...QUICK, maxAttempts: 1 } }),
  );
  equal(run.result, "finished");
  deepEqual(dataOf(run, "llm_retry"), []);
  deepEqual(dataOf(run, "llm_continuation"), [
    { llm_call: 0, attempt: 1, max_attempts: 3, reason: overloaded.message },
  ]);
});

Deno.test("spec 20 §5.1 the last attempt's error ends the run; history is as before", async () => {
  const history: Item[] = [USER_HI];
  const failures = [1, 2, 3, 4].map((n) => ({ error: apiError(503, `busy ${n}`) }));
  const model = new EventModel(...failures);
  const counters = { turn: 3, llmCall: 5 };
  const run = await driveTurns(turnsRequest({
    model,
    history,
    counters,
    retryPolicy: { ...DEFAULT_RETRY_POLICY, baseMs: 0 },
  }));
  equal(runErrorOf(run), "Client error: API error (status: 503): busy 4");
  deepEqual(
    dataOf(run, "llm_retry").map((
      { llm_call, failed_attempt, max_attempts },
    ) => [llm_call, failed_attempt, max_attempts]),
    [[5, 1, 4], [5, 2, 4], [5, 3, 4]],
  );
  deepEqual(dataOf(run, "llm_call_end"), [{ llm_call: 5 }]);
  deepEqual(counters, { turn: 3, llmCall: 6 });
  deepEqual(history, [USER_HI]);
});

Deno.test("20.13-23 the wait that the provider asks for is the one that is announced", async () => {
  const controller = new AbortController();
  const model = new EventModel({ error: apiError(503, "busy", 1000) }, answer(text("ok")));
  const run = await driveTurns(
    turnsRequest({ model, history: [USER_HI], retryPolicy: DEFAULT_RETRY_POLICY }),
    {
      signal: controller.signal,
      commit(step) {
        if (step.kind === "event" && step.event.event === "llm_retry") controller.abort("seen");
      },
    },
  );
  equal(dataOf(run, "llm_retry")[0]?.wait_ms, 1000);
  equal(model.requests.length, 1);
});

Deno.test("20.13-23 a wait beyond the budget fails at once with the provider's text", async () => {
  const model = new EventModel({ error: apiError(503, "busy", 60_000) }, answer(text("ok")));
  const run = await driveTurns(
    turnsRequest({ model, history: [USER_HI], retryPolicy: DEFAULT_RETRY_POLICY }),
  );
  equal(runErrorOf(run), "Client error: API error (status: 503): busy");
  deepEqual(dataOf(run, "llm_retry"), []);
});

Deno.test("20.12-W36 the budget counts the waits of a call together, not its attempts", async () => {
  const busy = { delayMs: 30, error: apiError(503, "busy", 20) };
  const model = new EventModel(busy, busy, busy, answer(text("ok")));
  const run = await driveTurns(turnsRequest({
    model,
    history: [USER_HI],
    retryPolicy: { maxAttempts: 10, baseMs: 0, capMs: 0, budgetMs: 50 },
  }));
  equal(runErrorOf(run), "Client error: API error (status: 503): busy");
  deepEqual(dataOf(run, "llm_retry").map(({ wait_ms }) => wait_ms), [20, 20]);
  equal(model.requests.length, 3);
});
