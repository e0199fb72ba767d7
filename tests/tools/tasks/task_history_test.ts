import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { carryTasks, replayTasks, taskSnapshot, TaskStore } from "../../../lib/tools/mod.ts";
import { deepEqual, equal, ok } from "../../support/assert.ts";
import { answeredTask, calledTask, callTask } from "./task_calls.ts";

/** Calls and what came of them, as the reference writes them. */
const HISTORY: Item[] = [
  calledTask("a", "TaskCreate", { subject: "one", description: "first" }),
  calledTask("b", "TaskCreate", { subject: "two", description: "second" }),
  calledTask("c", "TaskCreate", { subject: 3 }),
  answeredTask("a", "Created task 1 (pending)\nTaskStore: 1 task(s) (pending: 1)"),
  answeredTask("b", "Created task 2 (pending)\nTaskStore: 2 task(s) (pending: 2)"),
  answeredTask("c"),
  calledTask("d", "TaskUpdate", { taskid: 2, status: "completed", subject: null }),
  answeredTask("d", "Updated task 2 (completed)\nTaskStore: 2 task(s)"),
  calledTask("e", "TaskUpdate", { taskid: 99, status: "completed" }),
  answeredTask("e"),
  calledTask("f", "TaskUpdate", { taskid: 1, status: "eaten" }),
  answeredTask("f"),
  calledTask("g", "Read", { file_path: "a" }),
  answeredTask("g", "Created task 7 (pending)"),
];

const TASKS = [
  { taskid: 1, status: "pending", subject: "one", description: "first" },
  { taskid: 2, status: "completed", subject: "two", description: "second" },
];

Deno.test("50.13-31 40.8.8 a list is what its calls add up to; what was refused is passed over", () => {
  deepEqual(replayTasks(HISTORY), TASKS);
});

Deno.test("50.12-W41 a call that failed, was cut short, or has no result yet is no task", () => {
  const call = calledTask("h", "TaskCreate", { subject: "three", description: "" });
  for (
    const result of [
      [],
      [answeredTask("h")],
      [{ ...answeredTask("h", "Created task 3 (pending)"), is_error: true }],
      [answeredTask("h", "[Interrupted by user]")],
      [answeredTask("h", "[Interrupted by restart]")],
    ]
  ) {
    deepEqual(replayTasks([...HISTORY, call, ...result]), TASKS);
  }
});

Deno.test("50.12-W41 a task has the number that the model was told", () => {
  const later = replayTasks([
    ...HISTORY,
    calledTask("h", "TaskCreate", { subject: "four", description: "" }),
    answeredTask("h", "Created task 4 (pending)\nTaskStore: 4 task(s)"),
    calledTask("i", "TaskUpdate", { taskid: 4, description: "now" }),
    answeredTask("i", "Updated task 4 (pending)\nTaskStore: 4 task(s)"),
  ]);
  deepEqual(later.slice(2), [
    { taskid: 4, status: "pending", subject: "four", description: "now" },
  ]);
});

Deno.test("40.12-31 50.13-31 a list that is carried over replaces calls before it", () => {
  const carried = carryTasks(replayTasks(HISTORY), "z");
  deepEqual(carried.map((item) => item.kind), ["message", "tool_call", "tool_result"]);
  deepEqual(replayTasks([...HISTORY.slice(0, 5), ...carried]), TASKS);
});

Deno.test("40.12-31 numbers go on behind a list that was carried over, deleted tasks included", async () => {
  const before = new TaskStore();
  for (const subject of ["one", "two"]) {
    await callTask(before, "TaskCreate", { subject, description: "" });
  }
  await callTask(before, "TaskUpdate", { taskid: 2, status: "deleted" });
  const store = new TaskStore();
  store.refill(carryTasks(before.tasks, "z"));
  const { summary } = await callTask(store, "TaskCreate", { subject: "three", description: "" });
  ok(summary.startsWith("Created task 3 (pending)\n"), summary);
});

Deno.test("50.13-31 subjects with newlines and code fences survive", () => {
  const task = {
    taskid: 1,
    status: "pending" as const,
    subject: 'a\n```\nb\n```json\n{"tasks":[]}\n```',
    description: "",
  };
  deepEqual(replayTasks(carryTasks([task], "z")), [task]);
});

Deno.test("50.13-31 a snapshot as the reference writes it is read", () => {
  const text = `[Session TaskStore snapshot]\n\n${taskSnapshot(replayTasks(HISTORY))}\n` +
    "This is the complete session task list preserved across compaction.";
  deepEqual(replayTasks([textMessage("system", text)]), TASKS);
});

Deno.test("40.11-W34 50.12-W42 a snapshot that a user typed replaces nothing", () => {
  const typed = textMessage(
    "user",
    '[Session TaskStore snapshot]\n\n```json\n{"tasks":[]}\n```\n',
  );
  deepEqual(replayTasks([...HISTORY, typed]), TASKS);
});

Deno.test("without tasks there is nothing to carry over", () => {
  equal(carryTasks([], "z").length, 0);
});
