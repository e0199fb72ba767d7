import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import { ModelError } from "../../lib/providers/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import {
  committedOf,
  dataOf,
  driveTurns,
  eventNames,
  eventsOf,
  resultsIn,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import { answer, answerStopped, call, EventModel, text, usage } from "../support/event_model.ts";

const USER_HI: Item = textMessage("user", "hi");

function noop(name = "Noop"): CountingTool {
  return new CountingTool(name, () => ({ summary: "done" }));
}

Deno.test("20.13-1 one text answer: history, result, counters, deltas in order and one done", async () => {
  const history: Item[] = [USER_HI];
  const counters = { turn: 0, llmCall: 0 };
  const model = new EventModel(answer(text("Hello, ", "World!")));
  const run = await driveTurns(turnsRequest({ model, history, counters }));
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, textMessage("assistant", "Hello, World!")]);
  deepEqual(counters, { turn: 1, llmCall: 1 });
  deepEqual(dataOf(run, "text_delta"), [{ text: "Hello, " }, { text: "World!" }]);
  deepEqual(dataOf(run, "text_done"), [{ text: "Hello, World!" }]);
});

Deno.test("20.13-2 two runs count on: four items, turn_start and turn_end carry 0 then 1", async () => {
  const history: Item[] = [];
  const counters = { turn: 0, llmCall: 0 };
  const model = new EventModel(answer(text("one")), answer(text("two")));
  const request = turnsRequest({ model, history, counters });
  for (const [index, question] of ["first", "second"].entries()) {
    history.push(textMessage("user", question));
    const run = await driveTurns(request);
    equal(run.result, "finished");
    deepEqual(dataOf(run, "turn_start"), [{ turn: index }]);
    deepEqual(dataOf(run, "turn_end"), [{
      turn: index,
      result: "finished",
      stop_reason: "end_turn",
    }]);
    deepEqual(dataOf(run, "llm_call_start"), [{ llm_call: index }]);
    deepEqual(dataOf(run, "llm_call_end"), [{ llm_call: index }]);
  }
  deepEqual(history, [
    textMessage("user", "first"),
    textMessage("assistant", "one"),
    textMessage("user", "second"),
    textMessage("assistant", "two"),
  ]);
  deepEqual(counters, { turn: 2, llmCall: 2 });
});

Deno.test("20.13-3 an empty answer with a proper end appends nothing and finishes", async () => {
  const history: Item[] = [USER_HI];
  const run = await driveTurns(turnsRequest({ model: new EventModel(answer()), history }));
  equal(run.result, "finished");
  deepEqual(history, [USER_HI]);
});

Deno.test("20.12-W24 a stream that ends without its terminal event is no answer", async () => {
  const cases = {
    "nothing at all": [],
    "usage only": [usage(10, 0)],
    "a complete text": text("Hello")(0),
    "a complete tool call": call("c1", "Noop", "{}")(0),
  };
  for (const [name, events] of Object.entries(cases)) {
    const history: Item[] = [USER_HI];
    const tool = noop();
    const model = new EventModel(events, events);
    const run = await driveTurns(
      turnsRequest({ model, history, tools: [tool], maxContinuations: 0 }),
    );
    match(runErrorOf(run) ?? "", /SSE parse error: the stream ended /, name);
    deepEqual(history, [USER_HI], name);
    deepEqual(tool.begun, [], name);
    equal(eventNames(run).at(-1), "llm_call_end", name);
  }
});

Deno.test("20.12-W24 an end without content and without usage is no answer either", async () => {
  const model = new EventModel([{ type: "stop", reason: "end_turn" }]);
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI] }));
  match(runErrorOf(run) ?? "", /^Client error: API error: /);
});

Deno.test("20.13-15 max_turns 1: the tool runs, then limit_reached without a second request", async () => {
  const history: Item[] = [USER_HI];
  const tool = noop();
  const model = new EventModel(answer(call("c1", "Noop", "{}")));
  const run = await driveTurns(turnsRequest({ model, history, tools: [tool], maxTurns: 1 }));
  equal(run.result, "limit_reached");
  equal(tool.begun.length, 1);
  deepEqual(history.at(-1), { kind: "tool_result", call_id: "c1", summary: "done" });
  equal(model.requests.length, 1);
});

Deno.test("decision 5, 20.12-W13: max_turns counts the turns of one run, not of the session", async () => {
  const tool = noop();
  const model = new EventModel(
    answer(call("c1", "Noop", "{}")),
    answer(call("c2", "Noop", "{}")),
    answer(call("c3", "Noop", "{}")),
    answer(text("never asked for")),
  );
  const counters = { turn: 7, llmCall: 9 };
  const history: Item[] = [USER_HI];
  const request = turnsRequest({ model, history, tools: [tool], counters, maxTurns: 2 });
  const first = await driveTurns(request);
  equal(first.result, "limit_reached");
  equal(model.requests.length, 2);
  const second = await driveTurns({ ...request, maxTurns: 1 });
  equal(second.result, "limit_reached");
  equal(model.requests.length, 3);
  deepEqual(counters, { turn: 10, llmCall: 12 });
});

Deno.test("decision 5: max_turns also ends a run that a turn-end hook wants to continue", async () => {
  const history: Item[] = [USER_HI];
  const more = textMessage("system", "more");
  const model = new EventModel(answer(text("one")), answer(text("two")), answer(text("three")));
  const hooks = { afterTurn: () => ({ kind: "continue" as const, additions: [{ item: more }] }) };
  const run = await driveTurns(turnsRequest({ model, history, hooks, maxTurns: 2 }));
  equal(run.result, "limit_reached");
  equal(model.requests.length, 2);
  deepEqual(history.filter((item) => item === more).length, 2);
});

Deno.test("decision 5: an answer within the limit that calls nothing has finished", async () => {
  const model = new EventModel(answer(text("one")));
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI], maxTurns: 1 }));
  equal(run.result, "finished");
});

Deno.test("20.13-17 turn end continues once: the message is appended and asked again", async () => {
  const history: Item[] = [USER_HI];
  const more = textMessage("user", "go on");
  const model = new EventModel(answer(text("one")), answer(text("two")));
  let seen: readonly Item[] = [];
  let turns = 0;
  const hooks = {
    afterTurn(items: readonly Item[]) {
      seen = items.slice();
      if (turns++ > 0) return;
      return { kind: "continue" as const, additions: [{ item: more }] };
    },
  };
  const run = await driveTurns(turnsRequest({ model, history, hooks }));
  equal(run.result, "finished");
  deepEqual(history, [
    USER_HI,
    textMessage("assistant", "one"),
    more,
    textMessage("assistant", "two"),
  ]);
  deepEqual(seen, history);
  deepEqual(model.requests[1]?.items, history.slice(0, 3));
  deepEqual(committedOf(run), history.slice(1));
});

Deno.test("spec 20 §2.2 step 12: a turn-end hook can pause the run", async () => {
  const model = new EventModel(answer(text("one")));
  const hooks = { afterTurn: () => ({ kind: "pause" as const }) };
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI], hooks }));
  equal(run.result, "paused");
  equal(eventNames(run).at(-1), "turn_end");
});

Deno.test("20.12-W5 an answer cut by max_tokens: a warning, and none of its calls is run", async () => {
  const history: Item[] = [USER_HI];
  const tool = noop();
  const model = new EventModel(
    answerStopped(
      "max_tokens",
      text("I will"),
      call("c1", "Noop", "{}"),
      call("c2", "Noop", '{"a'),
    ),
    answer(text("shorter")),
  );
  const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }));
  equal(run.result, "finished");
  deepEqual(tool.begun, []);
  deepEqual(resultsIn(history).map(({ call_id, is_error }) => ({ call_id, is_error })), [
    { call_id: "c1", is_error: true },
    { call_id: "c2", is_error: true },
  ]);
  match(resultsIn(history)[0]?.summary ?? "", /the answer was cut/);
  const [alert, ...others] = dataOf(run, "alert");
  equal(others.length, 0);
  equal(alert?.level, "warn");
  equal(alert?.source, "worker");
  match(alert?.message ?? "", /max_tokens/);
});

Deno.test("20.12-W5 a cut text answer is kept, with the warning", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(answerStopped("max_tokens", text("half a sen")));
  const run = await driveTurns(turnsRequest({ model, history }));
  equal(run.result, "finished");
  deepEqual(history.at(-1), textMessage("assistant", "half a sen"));
  equal(dataOf(run, "alert").length, 1);
});

Deno.test("20.13-27 an error inside the stream ends the run with the provider's code and text", async () => {
  const history: Item[] = [USER_HI];
  const error = new ModelError("api", "API error [context_length_exceeded]: too long", {
    apiCode: "context_length_exceeded",
  });
  const events = [usage(409, 1), ...text("Hel")(0).slice(0, 2)];
  const model = new EventModel({ events, error });
  const run = await driveTurns(turnsRequest({ model, history }));
  equal(runErrorOf(run), "Client error: API error [context_length_exceeded]: too long");
  deepEqual(history, [USER_HI]);
  deepEqual(dataOf(run, "usage"), [{ input_tokens: 409, output_tokens: 1 }]);
  deepEqual(eventNames(run).slice(-3), ["text_delta", "usage", "llm_call_end"]);
});

Deno.test("20.13-27 usage is not lost when the stream fails before its first block", async () => {
  const error = new ModelError("api", "API error [invalid_request_error]: no", {
    apiCode: "invalid_request_error",
  });
  const model = new EventModel({ events: [usage(409, 1)], error });
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI] }));
  equal(runErrorOf(run), "Client error: API error [invalid_request_error]: no");
  deepEqual(dataOf(run, "usage"), [{ input_tokens: 409, output_tokens: 1 }]);
});

Deno.test("20.13-28 of several usage reports the newest counts, and it is told once", async () => {
  const model = new EventModel([
    usage(409, 1),
    ...text("hi")(0),
    usage(409, 71, 400),
    { type: "stop", reason: "end_turn" },
  ]);
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI] }));
  deepEqual(dataOf(run, "usage"), [
    { input_tokens: 409, output_tokens: 71, cache_read_input_tokens: 400 },
  ]);
  deepEqual(run.steps.filter((step) => step.kind === "usage"), [{
    kind: "usage",
    historyLength: 1,
    usage: { inputTokens: 409, outputTokens: 71, cacheReadTokens: 400, cacheWriteTokens: null },
  }]);
});

Deno.test("20.12-W22, decision 30: per call the items, the usage record, then usage, llm_call_end, turn_end", async () => {
  const tool = noop();
  const model = new EventModel(
    answer(text("let me see"), call("c1", "Noop", "{}")),
    answer(text("done")),
  );
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI], tools: [tool] }));
  deepEqual(
    run.steps.map((step) => {
      if (step.kind === "event") return step.event.event;
      return step.kind === "append" ? `+${step.item.kind}` : `+${step.kind}`;
    }),
    [
      "turn_start",
      "llm_call_start",
      "text_delta",
      "text_done",
      "tool_call_start",
      "tool_call_args_delta",
      "tool_call_done",
      "+message",
      "+tool_call",
      "+usage",
      "usage",
      "llm_call_end",
      "turn_end",
      "+tool_result",
      "tool_result",
      "turn_start",
      "llm_call_start",
      "text_delta",
      "text_done",
      "+message",
      "+usage",
      "usage",
      "llm_call_end",
      "turn_end",
    ],
  );
});

Deno.test("20.12-W34 each call has its record right after it, with what the hooks have added", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(answer(call("c1", "Noop")), answer(text("done")));
  const note = textMessage("system", "note");
  const hooks = {
    beforeRequest: () => ({ kind: "append" as const, additions: [{ item: note }] }),
  };
  const request = turnsRequest({ model, history, tools: [noop()], hooks });
  const crash = new Error("the machine is gone");
  const run = await driveTurns(request, {
    commit(step) {
      if (step.kind === "append" && step.item.kind === "tool_result") throw crash;
    },
  });
  equal(run.error, crash);
  // The tool of this answer has run, and what the answer cost is on record already.
  deepEqual(
    run.steps.flatMap((step) => step.kind === "usage" ? [step.historyLength] : []),
    [model.requests[0]?.items.length],
  );
  deepEqual(model.requests[0]?.items, [USER_HI, note]);
  const next = await driveTurns(request);
  deepEqual(
    next.steps.flatMap((step) => step.kind === "usage" ? [step.historyLength] : []),
    [5],
  );
});

Deno.test("20.12-W20, 20.13-19 nothing of a stopped answer reaches the next run", async () => {
  const history: Item[] = [USER_HI];
  const tool = noop();
  const model = new EventModel(
    { events: [...text("Let me")(0), ...call("c1", "Noop", "{}")(1)], stall: true },
    answer(text("plain")),
  );
  const request = turnsRequest({ model, history, tools: [tool] });
  const controller = new AbortController();
  model.onStall = () => controller.abort("user");
  const stopped = await driveTurns(request, { signal: controller.signal });
  equal(runErrorOf(stopped), "Cancelled");
  ok(eventNames(stopped).includes("tool_call_done"));
  deepEqual(history, [USER_HI]);
  const next = await driveTurns(request);
  equal(next.result, "finished");
  deepEqual(tool.begun, []);
  deepEqual(history, [USER_HI, textMessage("assistant", "plain")]);
});

Deno.test("spec 20 §9.1 the model is told about the tools sorted by name; a name used twice is refused", async () => {
  const model = new EventModel(answer(text("ok")));
  const tools = [noop("b"), noop("a"), noop("B")];
  await driveTurns(turnsRequest({ model, history: [USER_HI], tools }));
  const schema = { type: "object", properties: {} };
  deepEqual(
    model.requests[0]?.tools.map(({ name, description, inputSchema }) => {
      return { name, description, inputSchema };
    }),
    ["B", "a", "b"].map((name) => ({ name, description: "for tests", inputSchema: schema })),
  );
  const twice = await driveTurns(
    turnsRequest({ model, history: [USER_HI], tools: [noop("a"), noop("a")] }),
  );
  match(String(twice.error), /duplicate tool name: 'a'/);
  equal(model.requests.length, 1);
});

Deno.test("spec 20 §2.2 the request carries prompt, settings, cache key and anchor", async () => {
  const model = new EventModel(answer(text("ok")));
  const request = turnsRequest({
    model,
    history: [USER_HI],
    system: "You are a pod.",
    cacheKey: "seg-1",
    cacheAnchor: 0,
  });
  const run = await driveTurns(request);
  equal(run.result, "finished");
  const { system, config, cacheKey, cacheAnchor, items } = model.requests[0] ?? {};
  deepEqual({ system, config, cacheKey, cacheAnchor, items }, {
    system: "You are a pod.",
    config: request.config,
    cacheKey: "seg-1",
    cacheAnchor: 0,
    items: [USER_HI],
  });
  equal(eventsOf(run).length, 7);
});
