import * as v from "valibot";
import { parseArguments, type ToolOutput } from "../../agent/mod.ts";
import { type Item, messageText, textMessage, type ToolCallItem } from "../../protocol/mod.ts";
import {
  newTask,
  openTasks,
  type Task,
  task,
  taskChange,
  taskLines,
  taskOverview,
  taskSnapshot,
  withChange,
  withTask,
} from "./task_list.ts";

const SNAPSHOT_HEADING = "[Session TaskStore snapshot]";
const CHANGES: ReadonlySet<string> = new Set(["TaskCreate", "TaskUpdate"]);
const CHANGED = /^(?:Created|Updated) task (\d+) \(/;

const taskList = v.pipe(v.string(), v.parseJson(), v.object({ tasks: v.array(task) }));

/** Whether an item is a call that manages tasks, whatever comes of it. */
export function isTaskChange(item: Item): item is ToolCallItem {
  return item.kind === "tool_call" && CHANGES.has(item.name);
}

/**
 * The task list that a history adds up to (spec 50 §6.3): calls that create and update, and snapshots,
 * which replace it all. A call counts when its result says what became of it, with the number that it
 * names: the list is what the model was told, not what it asked for. A snapshot counts only when the
 * runtime wrote it; anybody can type its heading.
 */
export function replayTasks(history: readonly Item[]): Task[] {
  let tasks: Task[] = [];
  const asked = new Map<string, ToolCallItem>();
  for (const item of history) {
    if (item.kind === "message" && item.role === "system") {
      tasks = readSnapshot(messageText(item)) ?? tasks;
    }
    if (isTaskChange(item)) asked.set(item.call_id, item);
    if (item.kind !== "tool_result" || item.is_error) continue;
    const call = asked.get(item.call_id);
    const taskid = CHANGED.exec(item.summary)?.[1];
    if (call !== undefined && taskid !== undefined) tasks = applyCall(tasks, call, Number(taskid));
  }
  return tasks;
}

/** What the model is told of a change: that it was made, and what is still open. */
export function changeResult(
  done: "Created" | "Updated",
  { taskid, status }: Task,
  tasks: readonly Task[],
): ToolOutput {
  const open = openTasks(tasks);
  return {
    summary: `${done} task ${taskid} (${status})\n${taskOverview(tasks)}`,
    ...(open.length > 0 && { content: taskLines(open) }),
  };
}

/** What the model is told when it asks for the list; of deleted tasks only the number. */
export function listResult(tasks: readonly Task[]): ToolOutput {
  const shown = tasks.filter(({ status }) => status !== "deleted");
  return { summary: taskOverview(tasks), content: taskSnapshot(tasks, shown) };
}

/**
 * The items that carry a task list over a compaction, both as a message and as the answer of the tool
 * that the model knows it from; none when there are no tasks.
 *
 * @param callId must be new in the history
 */
export function carryTasks(tasks: readonly Task[], callId: string): Item[] {
  if (tasks.length === 0) return [];
  return [
    textMessage(
      "system",
      `${SNAPSHOT_HEADING}\n\n${taskSnapshot(tasks)}\nThese are all tasks of the session. ` +
        "The TaskList result below says the same, without deleted ones.",
    ),
    { kind: "tool_call", call_id: callId, name: "TaskList", arguments: "{}" },
    { kind: "tool_result", call_id: callId, ...listResult(tasks) },
  ];
}

function readSnapshot(text: string): Task[] | undefined {
  if (!text.startsWith(SNAPSHOT_HEADING)) return undefined;
  const json = /```json\n([\s\S]*?)\n```/.exec(text)?.[1];
  const read = v.safeParse(taskList, json);
  return read.success ? read.output.tasks : undefined;
}

function applyCall(tasks: Task[], call: ToolCallItem, taskid: number): Task[] {
  const { input } = parseArguments(call.arguments);
  if (call.name === "TaskCreate") {
    return v.is(newTask, input) ? withTask(tasks, input, taskid) : tasks;
  }
  return v.is(taskChange, input) ? withChange(tasks, input) : tasks;
}
