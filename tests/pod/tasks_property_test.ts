import fc from "fast-check";
import type { StopIntent } from "../../lib/pod/mod.ts";
import type { TaskStore } from "../../lib/tools/mod.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { measuring, open } from "./compacting_pod.ts";
import { type Bench, failingAt } from "./support.ts";
import { assertTasks, taskParts } from "./with_tasks.ts";

/** Arguments of calls: some fit, some do not, some are no JSON at all. */
const CALLS = [
  ["TaskCreate", '{"subject":"s","description":"d"}'],
  ["TaskCreate", '{"subject":"t","description":"d","more":1}'],
  ["TaskCreate", '{"subject":3}'],
  ["TaskCreate", "{oops"],
  ["TaskUpdate", '{"taskid":1,"status":"completed"}'],
  ["TaskUpdate", '{"taskid":2,"status":"deleted","subject":null}'],
  ["TaskUpdate", '{"taskid":3,"subject":"new"}'],
  ["TaskUpdate", '{"taskid":3}'],
  ["TaskUpdate", '{"taskid":99,"status":"pending"}'],
  ["TaskUpdate", '{"taskid":"1","status":"pending"}'],
  ["TaskList", "{}"],
  ["TaskGet", '{"taskid":2}'],
  ["Echo", "{}"],
] as const;

type Action =
  | { readonly kind: "run" | "resume"; readonly stopAt: number; readonly intent: StopIntent }
  | { readonly kind: "rewind"; readonly target: number }
  | { readonly kind: "compact" | "restart" };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("run" as const, "resume" as const),
      stopAt: fc.nat(60),
      intent: fc.constantFrom("cancel" as const, "pause" as const, "shutdown" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rewind" as const), target: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("compact" as const, "restart") }) },
);

const plan = fc.record({
  /** The calls of each answer; without any the run is over. */
  answers: fc.array(fc.array(fc.constantFrom(...CALLS), { maxLength: 5 }), { maxLength: 30 }),
  actions: fc.array(action, { minLength: 1, maxLength: 8 }),
  /** Which results the disk does not take, counted over all. */
  lost: fc.array(fc.nat(40), { maxLength: 2 }),
  retained_tokens: fc.constantFrom(0, 40, 400),
});

/** Does one thing with the pod; returns the list that its tools work on then. */
async function act(bench: Bench, action: Action, tasks: TaskStore): Promise<TaskStore> {
  const { pod } = bench;
  switch (action.kind) {
    case "run":
    case "resume": {
      if ((action.kind === "resume") !== (pod.status === "paused")) return tasks;
      let seen = 0;
      const stopAt = ({ event }: { event: string }) => {
        if (event === "turn_start") assertTasks(bench, tasks);
        return seen++ === action.stopAt ? action.intent : undefined;
      };
      const run = action.kind === "run" ? bench.run("go", stopAt) : bench.resume(stopAt);
      const { result } = await run;
      if (result !== "failed" && result !== "rolled_back") assertTasks(bench, tasks);
      return tasks;
    }
    case "rewind": {
      const { targets, head_entries } = pod.listRewindTargets();
      const target = targets[action.target];
      if (target !== undefined && pod.status === "idle") pod.rewindTo(target.id, head_entries);
      return tasks;
    }
    case "compact":
      if (pod.status === "idle" && pod.whyNotCompact() === null) {
        await pod.compact(new AbortController().signal);
      }
      return tasks;
    case "restart": {
      if (pod.entryCount === 0) return tasks;
      const parts = taskParts();
      bench.restart(parts);
      return parts.tasks;
    }
  }
}

Deno.test("40.11-W33 50.12-W41 whatever happens, the tools' list is what the history adds up to", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ answers, actions, lost, retained_tokens }) => {
      const model = new EventModel(
        ...answers.map((calls, index) =>
          calls.length === 0 ? answer(text("done")) : measuring(
            500,
            ...calls.map(([name, args], call_) => call(`c${index}.${call_}`, name, args)),
          )
        ),
      );
      const summaries = Array.from({ length: 8 }, (_, index) => [
        answer(call(`s${index}`, "write_summary", '{"text":"what was done"}')),
        answer(text("ok")),
      ]);
      let results = 0;
      const parts = taskParts();
      await using opened = await open(
        model,
        new EventModel(...summaries.flat()),
        { retained_tokens },
        {
          ...parts,
          wrapLog: (log) =>
            failingAt(log, (entry) => entry.kind === "tool_result" && lost.includes(results++)),
        },
      );
      let { tasks } = parts;
      for (const action of actions) tasks = await act(opened.bench, action, tasks);
    }),
    { numRuns: 150 },
  );
});
