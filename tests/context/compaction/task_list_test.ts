import { carryTasks, replayTasks } from "../../../lib/context/compaction/task_list.ts";
import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";

function taskCall(name: string, args: object): Item {
  return { kind: "tool_call", call_id: crypto.randomUUID(), name, arguments: JSON.stringify(args) };
}

const HISTORY: Item[] = [
  taskCall("TaskCreate", { subject: "one", description: "first" }),
  taskCall("TaskCreate", { subject: "two", description: "second" }),
  taskCall("TaskCreate", { subject: 3 }),
  taskCall("TaskUpdate", { taskid: 2, status: "inprogress", subject: null }),
  taskCall("TaskUpdate", { taskid: 9, status: "completed" }),
  taskCall("TaskUpdate", { taskid: 1, status: "eaten" }),
  taskCall("Read", { file_path: "a" }),
];

const TASKS = [
  { taskid: 1, status: "pending", subject: "one", description: "first" },
  { taskid: 2, status: "inprogress", subject: "two", description: "second" },
];

Deno.test("40.8.8 a task list is what its calls add up to; what cannot be read is passed over", () => {
  deepEqual(replayTasks(HISTORY), TASKS);
});

Deno.test("40.12-31 a list that is carried over replaces calls before it, and counts on behind them", () => {
  const carried = carryTasks(replayTasks(HISTORY), "c1");
  deepEqual(carried.map((item) => item.kind), ["message", "tool_call", "tool_result"]);
  const history = [...HISTORY.slice(0, 2), ...carried];
  deepEqual(replayTasks(history), TASKS);
  const [, , third] = replayTasks([
    ...history,
    taskCall("TaskCreate", { subject: "three", description: "" }),
  ]);
  equal(third?.taskid, 3);
});

Deno.test("40.11-W34 a snapshot that a user typed replaces nothing", () => {
  const typed = textMessage(
    "user",
    '[Session TaskStore snapshot]\n\n```json\n{"tasks":[]}\n```\n',
  );
  deepEqual(replayTasks([...HISTORY, typed]), TASKS);
});

Deno.test("without tasks there is nothing to carry over", () => {
  deepEqual(carryTasks([], "c1"), []);
});
