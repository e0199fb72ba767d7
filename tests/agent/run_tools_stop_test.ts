import type { TurnHooks } from "../../lib/agent/mod.ts";
import { sleep, yieldToEventLoop } from "../../lib/base/mod.ts";
import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import {
  dataOf,
  driveTurns,
  eventNames,
  resultsIn,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import { callsThenText, echo, idsBegun, idsOf } from "./tool_calls.ts";

const USER_HI: Item = textMessage("user", "hi");

Deno.test("50.13-39, decision 16, 20.12-W21: at a stop results are kept, begun calls closed, others stay open", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const quick = echo("Quick");
  const slow = new CountingTool("Slow", async (_input, { signal }) => {
    await untilAborted(signal);
    throw signal.reason;
  }, { inOrder: true });
  const later = echo("Later");
  const tools = [quick, slow, later];
  const model = callsThenText(["c1", "Quick"], ["c2", "Slow"], ["c3", "Later"]);
  const request = turnsRequest({ model, history, tools });
  const stopped = await driveTurns(request, {
    signal: controller.signal,
    commit(step) {
      if (step.kind === "event" && step.event.event === "tool_result") controller.abort("user");
    },
  });
  equal(runErrorOf(stopped), "Cancelled");
  deepEqual(resultsIn(history), [
    { kind: "tool_result", call_id: "c1", summary: "Quick c1" },
    { kind: "tool_result", call_id: "c2", summary: "[Interrupted by user]", is_error: true },
  ]);
  deepEqual(dataOf(stopped, "tool_result").map(({ id }) => id), ["c1", "c2"]);
  deepEqual(later.begun, []);

  const resumed = await driveTurns(request);
  equal(resumed.result, "finished");
  deepEqual(tools.map(idsBegun), [["c1"], ["c2"], ["c3"]]);
  deepEqual(idsOf(resultsIn(history)), ["c1", "c2", "c3"]);
  deepEqual(eventNames(resumed).slice(0, 2), ["tool_result", "turn_start"]);
});

Deno.test("decision 16, 20.12-W21: a result that was there at the stop is kept behind a call that was not", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const slow = new CountingTool("Slow", async (_input, { signal }) => {
    await yieldToEventLoop();
    controller.abort("user");
    signal.throwIfAborted();
    return { summary: "not reached" };
  });
  const model = callsThenText(["c1", "Slow"], ["c2", "Quick"]);
  const tools = [slow, echo("Quick")];
  const stopped = await driveTurns(turnsRequest({ model, history, tools }), controller);
  equal(runErrorOf(stopped), "Cancelled");
  deepEqual(resultsIn(history), [
    { kind: "tool_result", call_id: "c1", summary: "[Interrupted by user]", is_error: true },
    { kind: "tool_result", call_id: "c2", summary: "Quick c2" },
  ]);
});

Deno.test("decision 16: what a stopped tool still returns is its result", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const tool = new CountingTool("Bash", async (_input, { signal }) => {
    queueMicrotask(() => controller.abort("user"));
    await untilAborted(signal);
    return { summary: "[cancelled]", content: "half of the output" };
  });
  const model = callsThenText(["c1", "Bash"]);
  await driveTurns(turnsRequest({ model, history, tools: [tool] }), controller);
  deepEqual(resultsIn(history), [
    { kind: "tool_result", call_id: "c1", summary: "[cancelled]", content: "half of the output" },
  ]);
});

Deno.test("decision 16: a tool that ignores the stop is given up, and its call closed", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const tool = new CountingTool("Deaf", () => {
    queueMicrotask(() => controller.abort("user"));
    return new Promise(() => {});
  });
  const model = callsThenText(["c1", "Deaf"]);
  const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }), controller);
  equal(runErrorOf(run), "Cancelled");
  equal(resultsIn(history)[0]?.summary, "[Interrupted by user]");
});

Deno.test("decision 16: a hook that aborts on a result stops the batch the same way", async () => {
  const history: Item[] = [USER_HI];
  const done = echo("Done");
  const bad = echo("Bad");
  const slow = new CountingTool("Slow", async (_input, { signal }) => {
    await untilAborted(signal);
    throw signal.reason;
  }, { inOrder: true });
  const later = echo("Later");
  const hooks: TurnHooks = {
    afterTool: ({ call }) => call.name === "Bad" ? { kind: "abort", reason: "secret" } : undefined,
  };
  const model = callsThenText(["c1", "Done"], ["c2", "Bad"], ["c3", "Slow"], ["c4", "Later"]);
  const tools = [done, bad, slow, later];
  const request = turnsRequest({ model, history, tools });
  const aborted = await driveTurns({ ...request, hooks });
  equal(runErrorOf(aborted), "Aborted: secret");
  deepEqual(resultsIn(history), [
    { kind: "tool_result", call_id: "c1", summary: "Done c1" },
    { kind: "tool_result", call_id: "c2", summary: "[Interrupted by user]", is_error: true },
    { kind: "tool_result", call_id: "c3", summary: "[Interrupted by user]", is_error: true },
  ]);
  equal(slow.running, 0);
  equal((await driveTurns(request)).result, "finished");
  deepEqual(tools.map(idsBegun), [["c1"], ["c2"], ["c3"], ["c4"]]);
});

Deno.test("a consumer that fails while tools run leaves none of them behind", async () => {
  const slow = new CountingTool("Slow", async (_input, { signal }) => {
    await untilAborted(signal);
    await sleep(20);
    throw signal.reason;
  });
  const deaf = new CountingTool("Deaf", () => new Promise(() => {}));
  const model = callsThenText(["c1", "A"], ["c2", "Slow"], ["c3", "Deaf"]);
  const run = await driveTurns(turnsRequest({ model, tools: [echo("A"), slow, deaf] }), {
    commit(step) {
      if (step.kind === "append" && step.item.kind === "tool_result") throw new Error("disk full");
    },
  });
  equal(String(run.error), "Error: disk full");
  equal(slow.running, 0);
});
