import { createTaskTools, TaskStore } from "../../../lib/tools/mod.ts";
import { deepEqual, equal, match, rejects } from "../../support/assert.ts";
import { callTask } from "./task_calls.ts";

/** Three tasks, of which the second is being worked on and the third is deleted. */
async function threeTasks(): Promise<TaskStore> {
  const store = new TaskStore();
  for (const subject of ["one", "two", "three"]) {
    await callTask(store, "TaskCreate", { subject, description: `do ${subject}` });
  }
  await callTask(store, "TaskUpdate", { taskid: 2, status: "inprogress", subject: null });
  await callTask(store, "TaskUpdate", { taskid: 3, status: "deleted" });
  return store;
}

Deno.test("50.13-30 what is created and updated is told with its number and the state of the list", async () => {
  const store = new TaskStore();
  deepEqual(await callTask(store, "TaskCreate", { subject: "write\ntests", description: "many" }), {
    summary: "Created task 1 (pending)\n" +
      "TaskStore: 1 task(s) (pending: 1, inprogress: 0, completed: 0, deleted: 0)",
    content: "- taskid 1 (pending) write tests",
  });
  deepEqual(await callTask(store, "TaskUpdate", { taskid: 1, status: "completed" }), {
    summary: "Updated task 1 (completed)\n" +
      "TaskStore: 1 task(s) (pending: 0, inprogress: 0, completed: 1, deleted: 0)",
  });
  // Any status may follow any other.
  const { summary } = await callTask(store, "TaskUpdate", { taskid: 1, status: "pending" });
  match(summary, /^Updated task 1 \(pending\)\n/);
});

Deno.test("50.13-30 a task and the list are shown in full", async () => {
  const store = await threeTasks();
  deepEqual(await callTask(store, "TaskGet", { taskid: 2 }), {
    summary: "Task 2 (inprogress) two",
    content:
      '{\n  "taskid": 2,\n  "status": "inprogress",\n  "subject": "two",\n  "description": "do two"\n}',
  });
  const overview = "TaskStore: 3 task(s) (pending: 1, inprogress: 1, completed: 0, deleted: 1)";
  const { summary, content = "" } = await callTask(store, "TaskList", {});
  equal(summary, overview);
  const tasks = store.tasks.slice(0, 2);
  equal(content, `${overview}\n\n\`\`\`json\n${JSON.stringify({ tasks }, null, 2)}\n\`\`\`\n`);
});

Deno.test("50.12-W43 a change shows neither descriptions nor what is done or deleted", async () => {
  const store = await threeTasks();
  const { content } = await callTask(store, "TaskUpdate", { taskid: 1, status: "completed" });
  equal(content, "- taskid 2 (inprogress) two");
  equal((await callTask(store, "TaskGet", { taskid: 3 })).summary, "Task 3 (deleted) three");
});

const REFUSED = [
  ["TaskUpdate", { taskid: 9, status: "completed" }, "taskid 9 not found", "Execution failed"],
  [
    "TaskUpdate",
    { taskid: 9, status: null },
    "at least one of status, subject, description is required",
    "Execution failed",
  ],
  ["TaskGet", { taskid: 0 }, "taskid 0 not found", "Execution failed"],
  [
    "TaskUpdate",
    { taskid: 1, status: "eaten" },
    /^invalid TaskUpdate input: status: /,
    "Invalid argument",
  ],
  ["TaskGet", { taskid: -1 }, /^invalid TaskGet input: taskid: /, "Invalid argument"],
  ["TaskCreate", { subject: "x" }, /^invalid TaskCreate input: /, "Invalid argument"],
] as const;

for (const [name, input, message, kind] of REFUSED) {
  Deno.test(`50.13-30 ${name} ${JSON.stringify(input)} is refused and changes nothing`, async () => {
    const store = await threeTasks();
    const { tasks } = store;
    await rejects(callTask(store, name, input), { message, kind });
    equal(store.tasks, tasks);
  });
}

Deno.test("50.6.2 the tools declare the arguments of the spec", () => {
  const shapes = createTaskTools(new TaskStore()).map(({ name, inputSchema }) => ({
    name,
    required: inputSchema.required,
    properties: Object.keys(inputSchema.properties ?? {}),
  }));
  deepEqual(shapes, [
    {
      name: "TaskCreate",
      required: ["subject", "description"],
      properties: ["subject", "description"],
    },
    { name: "TaskList", required: undefined, properties: [] },
    { name: "TaskGet", required: ["taskid"], properties: ["taskid"] },
    {
      name: "TaskUpdate",
      required: ["taskid"],
      properties: ["taskid", "status", "subject", "description"],
    },
  ]);
});
