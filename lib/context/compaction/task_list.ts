import * as v from "valibot";
import { parseArguments } from "../../agent/mod.ts";
import { type Item, messageText, textMessage } from "../../protocol/mod.ts";

const SNAPSHOT_HEADING = "[Session TaskStore snapshot]";
const STATUSES = ["pending", "inprogress", "completed", "deleted"] as const;

const task = v.object({
  taskid: v.pipe(v.number(), v.integer(), v.minValue(0)),
  status: v.picklist(STATUSES),
  subject: v.string(),
  description: v.string(),
});
/** One entry of the session's task list. */
export type Task = v.InferOutput<typeof task>;

const taskList = v.pipe(v.string(), v.parseJson(), v.object({ tasks: v.array(task) }));
const creation = v.object({ subject: v.string(), description: v.string() });
const update = v.object({
  taskid: v.number(),
  status: v.nullish(v.picklist(STATUSES)),
  subject: v.nullish(v.string()),
  description: v.nullish(v.string()),
});

/**
 * The task list that a history adds up to (spec 50 §6.3): calls that create and update, and snapshots,
 * which replace it all. A snapshot counts only when the runtime wrote it; anybody can type its heading.
 */
export function replayTasks(history: readonly Item[]): Task[] {
  let tasks: Task[] = [];
  for (const item of history) {
    if (item.kind === "message" && item.role === "system") {
      tasks = readSnapshot(messageText(item)) ?? tasks;
    }
    if (item.kind === "tool_call") tasks = applyCall(tasks, item.name, item.arguments);
  }
  return tasks;
}

/** How many tasks there are of each kind, on one line. */
export function taskOverview(tasks: readonly Task[]): string {
  const counts = STATUSES.map((status) =>
    `${status}: ${tasks.filter((task) => task.status === status).length}`
  );
  return `TaskStore: ${tasks.length} task(s) (${counts.join(", ")})`;
}

/** The whole list as text: the overview, then its JSON in a fenced block. */
export function taskSnapshot(tasks: readonly Task[]): string {
  const plain = tasks.map(({ taskid, status, subject, description }) => ({
    taskid,
    status,
    subject,
    description,
  }));
  const json = JSON.stringify({ tasks: plain }, null, 2);
  return `${taskOverview(tasks)}\n\n\`\`\`json\n${json}\n\`\`\`\n`;
}

/**
 * The items that carry a task list over a compaction, both as a message and as the answer of the tool
 * that the model knows it from; none when there are no tasks.
 *
 * @param callId must be new in the history
 */
export function carryTasks(tasks: readonly Task[], callId: string): Item[] {
  if (tasks.length === 0) return [];
  const snapshot = taskSnapshot(tasks);
  return [
    textMessage(
      "system",
      `${SNAPSHOT_HEADING}\n\n${snapshot}\nThese are all tasks of the session. ` +
        "The TaskList result below says the same.",
    ),
    { kind: "tool_call", call_id: callId, name: "TaskList", arguments: "{}" },
    {
      kind: "tool_result",
      call_id: callId,
      summary: taskOverview(tasks),
      content: snapshot,
    },
  ];
}

function readSnapshot(text: string): Task[] | undefined {
  if (!text.startsWith(SNAPSHOT_HEADING)) return undefined;
  const json = /```json\n([\s\S]*?)\n```/.exec(text)?.[1];
  const read = v.safeParse(taskList, json);
  return read.success ? read.output.tasks : undefined;
}

function applyCall(tasks: Task[], name: string, text: string): Task[] {
  const { input } = parseArguments(text);
  if (name === "TaskCreate" && v.is(creation, input)) {
    const { subject, description } = input;
    const taskid = Math.max(0, ...tasks.map((task) => task.taskid)) + 1;
    return [...tasks, { taskid, status: "pending", subject, description }];
  }
  if (name !== "TaskUpdate" || !v.is(update, input)) return tasks;
  const { taskid, status, subject, description } = input;
  return tasks.map((task) =>
    task.taskid !== taskid ? task : {
      taskid,
      status: status ?? task.status,
      subject: subject ?? task.subject,
      description: description ?? task.description,
    }
  );
}
