import fc from "fast-check";
import { RunError } from "../../lib/agent/mod.ts";
import type { Item } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import {
  committedOf,
  dataOf,
  type DrivenRun,
  eventsOf,
  resultsIn,
} from "../support/drive_turns.ts";
import { plan, Stage } from "./stage.ts";

/** Every result stands after its call, and no call has two. */
function assertPaired(history: readonly Item[]): void {
  const open = new Set<string>();
  for (const item of history) {
    if (item.kind === "tool_call") open.add(item.call_id);
    if (item.kind === "tool_result") ok(open.delete(item.call_id), "one result after its call");
  }
}

/** What clients see of a run fits together and fits the history. */
function assertEvents(run: DrivenRun): void {
  const calls = eventsOf(run).flatMap(({ event }) =>
    event === "llm_call_start" || event === "llm_call_end" ? [event] : []
  );
  equal(calls.length % 2, 0, "llm_call_start and llm_call_end are balanced");
  ok(calls.every((name, i) => name === (i % 2 === 0 ? "llm_call_start" : "llm_call_end")));
  ok(dataOf(run, "turn_start").length - dataOf(run, "turn_end").length <= 1);
  deepEqual(
    dataOf(run, "tool_result").map(({ id }) => id),
    resultsIn(committedOf(run)).map(({ call_id }) => call_id),
  );
}

Deno.test("whatever models, tools, hooks and users do, history and events stay sound", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (plan) => {
      const stage = new Stage(plan);
      const { counters } = stage.request;
      for (const stop of [...plan.stops, null, null, null]) {
        const before = { items: stage.history.length, ...counters };
        const run = await stage.drive(stop);
        ok(run.result !== undefined || run.error instanceof RunError, String(run.error));
        deepEqual(committedOf(run), stage.history.slice(before.items));
        assertPaired(stage.history);
        assertEvents(run);
        equal(counters.turn - before.turn, dataOf(run, "turn_end").length);
        equal(counters.llmCall - before.llmCall, dataOf(run, "llm_call_end").length);
        stage.assertQuiet();
        stage.assertCalls();
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("20.12-W35 a consumer that fails at any commit leaves no stream open and no tool running", async () => {
  const failure = fc.record({ onlyResults: fc.boolean(), nth: fc.nat(30) });
  await fc.assert(
    fc.asyncProperty(plan, failure, async (plan, { onlyResults, nth }) => {
      const stage = new Stage(plan);
      let left = onlyResults ? nth % 4 : nth;
      const run = await stage.drive(null, (step) => {
        const counts = step.kind === "append" && step.item.kind === "tool_result";
        return (counts || !onlyResults) && left-- === 0;
      });
      stage.assertQuiet();
      stage.assertCalls();
      assertPaired(stage.history);
      deepEqual(committedOf(run), stage.history);
    }),
    { numRuns: 300 },
  );
});
