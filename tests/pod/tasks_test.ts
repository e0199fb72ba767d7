import type { ToolResultItem } from "../../lib/protocol/mod.ts";
import { replayTasks } from "../../lib/tools/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { measuring, open } from "./compacting_pod.ts";
import { hangingTool } from "./hanging.ts";
import { Bench, failingAt } from "./support.ts";
import { assertTasks, creates, taskParts, updates } from "./with_tasks.ts";

const end = answer(text("done"));
const lists = (id: string) => call(id, "TaskList", "{}");

function resultOf(bench: Bench, callId: string): ToolResultItem | undefined {
  return bench.pod.history.find((item) => item.kind === "tool_result" && item.call_id === callId) as
    | ToolResultItem
    | undefined;
}

function subjects(bench: Bench): string[] {
  return replayTasks(bench.pod.history).map(({ taskid, status, subject }) =>
    `${taskid} ${status} ${subject}`
  );
}

Deno.test("50.13-30 calls of one answer see those before them, and number in their order", async () => {
  const { tools, tasks } = taskParts();
  const model = new EventModel(
    answer(
      creates("a", "one"),
      call("x", "TaskUpdate", '{"taskid":1}'),
      creates("b", "two"),
      updates("c", 2, "inprogress"),
      lists("d"),
    ),
    end,
  );
  using bench = await Bench.open({ model, tools, tasks });
  await bench.run("go");
  deepEqual(subjects(bench), ["1 pending one", "2 inprogress two"]);
  equal(
    resultOf(bench, "d")?.summary,
    "TaskStore: 2 task(s) (pending: 1, inprogress: 1, completed: 0, deleted: 0)",
  );
  assertTasks(bench, tasks);
});

Deno.test("30.14-32 40.11-W33 50.12-W40 after a rewind the tools see the list as it was then", async () => {
  const { tools, tasks } = taskParts();
  const model = new EventModel(
    answer(creates("a", "one")),
    end,
    answer(updates("b", 1, "completed"), creates("c", "two")),
    end,
    answer(lists("d"), creates("e", "another two")),
    end,
  );
  using bench = await Bench.open({ model, tools, tasks });
  await bench.run("first");
  await bench.run("second");
  deepEqual(subjects(bench), ["1 completed one", "2 pending two"]);
  const { targets: [newest], head_entries } = bench.pod.listRewindTargets();
  ok(newest !== undefined);
  bench.pod.rewindTo(newest.id, head_entries);
  await bench.run("another way");
  equal(
    resultOf(bench, "d")?.summary,
    "TaskStore: 1 task(s) (pending: 1, inprogress: 0, completed: 0, deleted: 0)",
  );
  deepEqual(subjects(bench), ["1 pending one", "2 pending another two"]);
  assertTasks(bench, tasks);
});

Deno.test("30.14-35 a pod that was restored goes on with the same list", async () => {
  const model = new EventModel(
    answer(creates("a", "one"), creates("b", "two"), updates("c", 1, "completed")),
    end,
    answer(lists("d"), creates("e", "three")),
    end,
  );
  using bench = await Bench.open({ model, ...taskParts() });
  await bench.run("first");
  const before = replayTasks(bench.pod.history);
  const restarted = taskParts();
  bench.restart(restarted);
  await bench.run("second");
  ok(resultOf(bench, "d")?.content?.includes(JSON.stringify(before[1]?.description)));
  deepEqual(subjects(bench), ["1 completed one", "2 pending two", "3 pending three"]);
  assertTasks(bench, restarted.tasks);
});

Deno.test("30.14-30 40.12-31 a compaction carries the list over, also for who restores it", async () => {
  for (const retained_tokens of [0, 30, 200]) {
    const { tools, tasks } = taskParts();
    const model = new EventModel(
      measuring(500, creates("a", "one"), creates("b", "two"), updates("c", 2, "deleted")),
      measuring(500, text("noted")),
      answer(creates("d", "three")),
      end,
    );
    const summary = answer(call("s", "write_summary", '{"text":"what was done"}'));
    await using opened = await open(
      model,
      new EventModel(summary, end),
      { threshold: 1, retained_tokens },
      { tools, tasks },
    );
    const { bench } = opened;
    await bench.run("first");
    await bench.run("second");
    ok(bench.eventNames().includes("compact_done"));
    deepEqual(subjects(bench), ["1 pending one", "2 deleted two", "3 pending three"]);
    assertTasks(bench, tasks);
    bench.restart(taskParts());
    deepEqual(subjects(bench), ["1 pending one", "2 deleted two", "3 pending three"]);
  }
});

Deno.test("50.12-W41 a task whose result could not be kept is none, not even for the tools", async () => {
  const { tools, tasks } = taskParts();
  const model = new EventModel(
    answer(creates("a", "one"), creates("lost", "two"), creates("c", "three")),
    answer(creates("d", "four")),
    end,
  );
  using bench = await Bench.open({
    model,
    tools,
    tasks,
    wrapLog: (log) =>
      failingAt(log, (entry) =>
        entry.kind === "tool_result" && entry.item.kind === "tool_result" &&
        entry.item.call_id === "lost" && !entry.item.summary.startsWith("[")),
  });
  equal((await bench.run("first")).result, "failed");
  await bench.run("second");
  deepEqual(subjects(bench), ["1 pending one", "2 pending four"]);
  assertTasks(bench, tasks);
});

Deno.test("50.12-W41 what a stopped run had not begun is made by the one that resumes it, once", async () => {
  const { tools, tasks } = taskParts();
  const hang = hangingTool(() => bench.stop("pause"));
  const model = new EventModel(
    answer(creates("a", "one"), call("h", "Hang", "{}"), creates("b", "two")),
    end,
  );
  const bench = await Bench.open({ model, tools: [...tools, hang], tasks });
  using _ = bench;
  equal((await bench.run("first")).result, "paused");
  deepEqual(subjects(bench), ["1 pending one"]);
  assertTasks(bench, tasks);
  await bench.resume();
  deepEqual(subjects(bench), ["1 pending one", "2 pending two"]);
  assertTasks(bench, tasks);
});

Deno.test("50.1.1 what the model is told of the tools stays the same from request to request", async () => {
  const model = new EventModel(answer(creates("a", "one")), end, answer(lists("b")), end);
  using bench = await Bench.open({ model, ...taskParts() });
  await bench.run("first");
  bench.restart(taskParts());
  await bench.run("second");
  const told = model.requests.map(({ tools }) =>
    JSON.stringify(tools.map(({ name, description, inputSchema }) => [
      name,
      description,
      inputSchema,
    ]))
  );
  equal(told.length, 4);
  equal(new Set(told).size, 1);
  deepEqual(model.requests[0]?.tools.map(({ name }) => name), [
    "Echo",
    "TaskCreate",
    "TaskGet",
    "TaskList",
    "TaskUpdate",
  ]);
});
