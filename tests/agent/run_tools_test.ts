import { ToolError, type ToolErrorKind, type TurnHooks } from "../../lib/agent/mod.ts";
import { sleep } from "../../lib/base/mod.ts";
import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import {
  dataOf,
  driveTurns,
  eventNames,
  resultsIn,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { callsThenText, echo, idsBegun, idsOf } from "./tool_calls.ts";

const USER_HI: Item = textMessage("user", "hi");
const DENIED = { summary: "denied", is_error: true };

Deno.test("20.13-7, 50.13-37 three tools run side by side; results in call order", async () => {
  const history: Item[] = [USER_HI];
  const { promise: allBegun, resolve: release } = Promise.withResolvers<void>();
  const tools = ["A", "B", "C"].map((name) =>
    new CountingTool(name, async () => {
      if (tools.every((tool) => tool.running === 1)) release();
      await allBegun;
      return { summary: name };
    })
  );
  const model = callsThenText(["c1", "C"], ["c2", "A"], ["c3", "B"]);
  const run = await driveTurns(turnsRequest({ model, history, tools }));
  equal(run.result, "finished");
  deepEqual(tools.map((tool) => tool.begun.length), [1, 1, 1]);
  deepEqual(resultsIn(history).map(({ call_id, summary }) => [call_id, summary]), [
    ["c1", "C"],
    ["c2", "A"],
    ["c3", "B"],
  ]);
});

Deno.test("spec 50 §1.5: a tool that works in order holds back the calls after it, and no others", async () => {
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await sleep(20);
    order.push(`${name} ends`);
    return { summary: name };
  };
  const tools = [
    new CountingTool("Bash", work("Bash")),
    new CountingTool("Edit", work("Edit"), { inOrder: true }),
    new CountingTool("Write", work("Write"), { inOrder: true }),
    new CountingTool("Grep", work("Grep")),
  ];
  const model = callsThenText(["c1", "Bash"], ["c2", "Edit"], ["c3", "Write"], ["c4", "Grep"]);
  const run = await driveTurns(turnsRequest({ model, tools }));
  equal(run.result, "finished");
  deepEqual(order.slice(0, 2), ["Bash begins", "Edit begins"]);
  deepEqual(order.filter((step) => !step.startsWith("Bash")), [
    "Edit begins",
    "Edit ends",
    "Write begins",
    "Write ends",
    "Grep begins",
    "Grep ends",
  ]);
});

Deno.test("20.13-8, 50.13-37, 20.12-W8 a call that a hook answers is not run; its result comes last", async () => {
  const history: Item[] = [USER_HI];
  const [a, b, c] = [echo("A"), echo("B"), echo("C")];
  const model = callsThenText(["c1", "A"], ["c2", "B"], ["c3", "C"]);
  const hooks: TurnHooks = {
    beforeTool: ({ call }) => call.name === "A" ? { kind: "answer", result: DENIED } : undefined,
  };
  const run = await driveTurns(turnsRequest({ model, history, hooks, tools: [a, b, c] }));
  equal(run.result, "finished");
  deepEqual(a.begun, []);
  deepEqual(resultsIn(history), [
    { kind: "tool_result", call_id: "c2", summary: "B c2" },
    { kind: "tool_result", call_id: "c3", summary: "C c3" },
    { kind: "tool_result", call_id: "c1", summary: "denied", is_error: true },
  ]);
  deepEqual(dataOf(run, "tool_result").map(({ id }) => id), ["c2", "c3", "c1"]);
});

Deno.test("20.13-9, 50.13-37 an unknown tool gives one error result; no hook sees it, siblings run", async () => {
  const history: Item[] = [USER_HI];
  const seen: string[] = [];
  const hooks: TurnHooks = {
    beforeTool: ({ call }) => void seen.push(`before ${call.name}`),
    afterTool: ({ call }) => void seen.push(`after ${call.name}`),
  };
  const model = callsThenText(["c1", "Nope"], ["c2", "A"]);
  const run = await driveTurns(turnsRequest({ model, history, hooks, tools: [echo("A")] }));
  equal(run.result, "finished");
  equal(model.requests.length, 2);
  deepEqual(resultsIn(history), [
    { kind: "tool_result", call_id: "c1", summary: "Tool 'Nope' not found", is_error: true },
    { kind: "tool_result", call_id: "c2", summary: "A c2" },
  ]);
  deepEqual(seen, ["before A", "after A"]);
});

Deno.test("20.13-10 a failing tool: the text, no content, the same in the event", async () => {
  const failures: Record<ToolErrorKind, Error> = {
    "Execution failed": new ToolError("Execution failed", "boom"),
    "Invalid argument": new ToolError("Invalid argument", "boom"),
    "Internal error": new TypeError("boom"),
  };
  for (const [kind, error] of Object.entries(failures)) {
    const history: Item[] = [USER_HI];
    const tool = new CountingTool("Fail", () => Promise.reject(error));
    const model = callsThenText(["c1", "Fail"]);
    const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }));
    equal(run.result, "finished");
    const summary = `Tool execution failed: ${kind}: boom`;
    deepEqual(resultsIn(history), [
      { kind: "tool_result", call_id: "c1", summary, is_error: true },
    ]);
    deepEqual(dataOf(run, "tool_result"), [{ id: "c1", summary, is_error: true }]);
  }
});

Deno.test("spec 20 §3.2 a tool that throws before its first await fails like any other", async () => {
  const history: Item[] = [USER_HI];
  const tool = {
    name: "Throw",
    description: "for tests",
    inputSchema: {},
    execute: () => {
      throw new ToolError("Invalid argument", "boom");
    },
  };
  await driveTurns(
    turnsRequest({ model: callsThenText(["c1", "Throw"]), history, tools: [tool] }),
  );
  equal(resultsIn(history)[0]?.summary, "Tool execution failed: Invalid argument: boom");
});

Deno.test("20.13-11 a post-tool replacement is what history and event carry", async () => {
  const history: Item[] = [USER_HI];
  const hooks: TurnHooks = {
    afterTool: (_pending, result) => ({
      kind: "replace",
      result: { ...result, summary: `checked: ${result.summary}` },
    }),
  };
  const model = callsThenText(["c1", "A"]);
  const run = await driveTurns(turnsRequest({ model, history, hooks, tools: [echo("A")] }));
  equal(resultsIn(history)[0]?.summary, "checked: A c1");
  equal(dataOf(run, "tool_result")[0]?.summary, "checked: A c1");
});

Deno.test("spec 20 §3.1 a hook can edit the arguments; the history keeps what the model wrote", async () => {
  const history: Item[] = [USER_HI];
  const tool = echo("A");
  const hooks: TurnHooks = { beforeTool: () => ({ kind: "edit", input: { path: "/safe" } }) };
  const model = new EventModel(
    answer(call("c1", "A", '{"path":"/etc"}')),
    answer(text("ok")),
  );
  await driveTurns(turnsRequest({ model, history, hooks, tools: [tool] }));
  deepEqual(tool.begun, [{ id: "c1", input: { path: "/safe" } }]);
  deepEqual(history[1], {
    kind: "tool_call",
    call_id: "c1",
    name: "A",
    arguments: '{"path":"/etc"}',
  });
});

Deno.test("20.13-13 a pre-tool pause runs nothing; on resume both calls are decided anew and run first", async () => {
  const history: Item[] = [USER_HI];
  const tool = echo("A");
  const decided: string[] = [];
  let pause = true;
  const hooks: TurnHooks = {
    beforeTool({ call }) {
      decided.push(call.call_id);
      return pause && call.call_id === "c2" ? { kind: "pause" } : undefined;
    },
  };
  const model = callsThenText(["c1", "A"], ["c2", "A"]);
  const request = turnsRequest({ model, history, hooks, tools: [tool] });
  const paused = await driveTurns(request);
  equal(paused.result, "paused");
  deepEqual(tool.begun, []);
  deepEqual(resultsIn(history), []);

  pause = false;
  const resumed = await driveTurns(request);
  equal(resumed.result, "finished");
  deepEqual(decided, ["c1", "c2", "c1", "c2"]);
  deepEqual(idsBegun(tool), ["c1", "c2"]);
  deepEqual(eventNames(resumed).slice(0, 3), ["tool_result", "tool_result", "turn_start"]);
  deepEqual(model.requests[1]?.items.map(({ kind }) => kind), [
    "message",
    "tool_call",
    "tool_call",
    "tool_result",
    "tool_result",
  ]);
});

Deno.test("spec 20 §3.1 a pre-tool abort ends the run; nothing of the batch is run or written", async () => {
  const history: Item[] = [USER_HI];
  const tool = echo("A");
  const hooks: TurnHooks = {
    beforeTool: ({ call }) => call.call_id === "c2" ? { kind: "abort", reason: "no" } : undefined,
  };
  const model = callsThenText(["c1", "A"], ["c2", "A"]);
  const run = await driveTurns(turnsRequest({ model, history, hooks, tools: [tool] }));
  equal(runErrorOf(run), "Aborted: no");
  deepEqual(tool.begun, []);
  deepEqual(resultsIn(history), []);
});

Deno.test("20.12-W6, decision 21: a call whose arguments are no JSON object is answered, not run", async () => {
  const problems = {
    "{not json": /^Tool execution failed: Invalid argument: arguments are not valid JSON: ./,
    "null": /^Tool execution failed: Invalid argument: arguments are not a JSON object$/,
    "[1,2,3]": /not a JSON object$/,
    "42": /not a JSON object$/,
    '"s"': /not a JSON object$/,
    "true": /not a JSON object$/,
  };
  for (const [given, expected] of Object.entries(problems)) {
    const history: Item[] = [USER_HI];
    const tool = echo("A");
    const model = new EventModel(answer(call("c1", "A", given)), answer(text("ok")));
    const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }));
    equal(run.result, "finished", given);
    deepEqual(tool.begun, [], given);
    const [result] = resultsIn(history);
    equal(result?.is_error, true, given);
    match(result?.summary ?? "", expected);
  }
});

Deno.test("20.12-W6, decision 21: a pause does not turn such a call into one without arguments", async () => {
  const stops: Record<string, (stop: () => void) => TurnHooks["beforeTool"]> = {
    "a hook pauses": () => () => ({ kind: "pause" }),
    "the user stops": (stop) => () => stop(),
  };
  for (const [name, beforeTool] of Object.entries(stops)) {
    const history: Item[] = [USER_HI];
    const tool = echo("A");
    const model = new EventModel(
      answer(call("c1", "A", "{}"), call("c2", "A", '{"file')),
      answer(text("ok")),
    );
    const controller = new AbortController();
    const hooks = { beforeTool: beforeTool(() => controller.abort("user")) };
    const request = turnsRequest({ model, history, tools: [tool] });
    await driveTurns({ ...request, hooks }, controller);
    deepEqual(tool.begun, [], name);
    equal((await driveTurns(request)).result, "finished", name);
    deepEqual(idsBegun(tool), ["c1"], name);
    deepEqual(idsOf(resultsIn(history)).sort(), ["c1", "c2"], name);
  }
});

Deno.test("20.12-W6, decision 21: nor does a stop between the answer and its tools", async () => {
  const history: Item[] = [USER_HI];
  const tool = echo("A");
  const model = new EventModel(
    answer(call("c1", "A", "{}"), call("c2", "A", "[]")),
    answer(text("ok")),
  );
  const controller = new AbortController();
  const request = turnsRequest({ model, history, tools: [tool] });
  const stopped = await driveTurns(request, {
    signal: controller.signal,
    commit(step) {
      if (step.kind === "event" && step.event.event === "turn_end") controller.abort("user");
    },
  });
  equal(runErrorOf(stopped), "Cancelled");
  deepEqual(tool.begun, []);
  await driveTurns(request);
  deepEqual(idsBegun(tool), ["c1"]);
});

Deno.test("20.12-W39 a tool that never returns gets an error result", async () => {
  const history: Item[] = [USER_HI];
  const tool = new CountingTool("Hang", () => new Promise(() => {}));
  const model = callsThenText(["c1", "Hang"], ["c2", "A"]);
  const run = await driveTurns(
    turnsRequest({ model, history, tools: [tool, echo("A")], toolTimeoutMs: 50 }),
  );
  equal(run.result, "finished");
  deepEqual(resultsIn(history), [
    {
      kind: "tool_result",
      call_id: "c1",
      summary: "Tool execution failed: Execution failed: no result within 0.05 s",
      is_error: true,
    },
    { kind: "tool_result", call_id: "c2", summary: "A c2" },
  ]);
});

Deno.test("20.12-W39 a tool whose time is over is told so", async () => {
  const history: Item[] = [USER_HI];
  const tool = new CountingTool("Slow", async (_input, { signal }) => {
    await untilAborted(signal);
    throw signal.reason;
  });
  const model = callsThenText(["c1", "Slow"]);
  const run = await driveTurns(
    turnsRequest({ model, history, tools: [tool], toolTimeoutMs: 20 }),
  );
  equal(run.result, "finished");
  equal(tool.running, 0);
  match(resultsIn(history)[0]?.summary ?? "", /no result within 0.02 s$/);
});
