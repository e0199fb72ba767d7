import * as v from "valibot";

const STATUSES = ["pending", "inprogress", "completed", "deleted"] as const;

/** One entry of a task list, as it is written out. */
export const task = v.object({
  taskid: v.pipe(v.number(), v.integer(), v.minValue(0)),
  status: v.picklist(STATUSES),
  subject: v.string(),
  description: v.string(),
});
export type Task = v.InferOutput<typeof task>;

/** What a new task is made of. */
export const newTask = v.object({
  subject: v.pipe(v.string(), v.description("What is to be done, in one line.")),
  description: v.pipe(
    v.string(),
    v.description("What belongs to it, and how one knows that it is done."),
  ),
});
export type NewTask = v.InferOutput<typeof newTask>;

/** The number of an existing task, as tools take it. */
export const taskId = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.description("The task's number."),
);

/** What is to be different about a task; what is absent or null stays. */
export const taskChange = v.object({
  taskid: taskId,
  status: v.nullish(v.picklist(STATUSES)),
  subject: v.nullish(v.string()),
  description: v.nullish(v.string()),
});
export type TaskChange = v.InferOutput<typeof taskChange>;

/** The number that the next task of a list gets: none is given twice. */
export function nextTaskId(tasks: readonly Task[]): number {
  return tasks.reduce((highest, { taskid }) => Math.max(highest, taskid), 0) + 1;
}

/** The list with a new task at its end. */
export function withTask(tasks: readonly Task[], added: NewTask, taskid: number): Task[] {
  const { subject, description } = added;
  return [...tasks, { taskid, status: "pending", subject, description }];
}

/** The list with one of its tasks changed; a task that is not there changes nothing. */
export function withChange(tasks: readonly Task[], change: TaskChange): Task[] {
  return tasks.map((task) =>
    task.taskid !== change.taskid ? task : {
      taskid: task.taskid,
      status: change.status ?? task.status,
      subject: change.subject ?? task.subject,
      description: change.description ?? task.description,
    }
  );
}

/** The tasks on which there is still something to do. */
export function openTasks(tasks: readonly Task[]): Task[] {
  return tasks.filter(({ status }) => status === "pending" || status === "inprogress");
}

/** How many tasks there are of each kind, on one line. */
export function taskOverview(tasks: readonly Task[]): string {
  const counts = STATUSES.map((status) =>
    `${status}: ${tasks.filter((task) => task.status === status).length}`
  );
  return `TaskStore: ${tasks.length} task(s) (${counts.join(", ")})`;
}

/** A line for each task, without its description. */
export function taskLines(tasks: readonly Task[]): string {
  return tasks
    .map(({ taskid, status, subject }) =>
      `- taskid ${taskid} (${status}) ${subject.replaceAll(/\s+/g, " ")}`
    )
    .join("\n");
}

/**
 * A list as text: the overview, then JSON in a fenced block (spec 50 §6.2).
 *
 * @param shown those of the tasks that are in the block
 */
export function taskSnapshot(tasks: readonly Task[], shown = tasks): string {
  const json = JSON.stringify({ tasks: shown }, null, 2);
  return `${taskOverview(tasks)}\n\n\`\`\`json\n${json}\n\`\`\`\n`;
}
