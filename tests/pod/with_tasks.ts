import type { PodParts } from "../../lib/pod/mod.ts";
import { createTaskTools, replayTasks, type Task, TaskStore } from "../../lib/tools/mod.ts";
import { deepEqual } from "../support/assert.ts";
import { call } from "../support/event_model.ts";
import { type Bench, echo } from "./support.ts";

/** The task tools and their list, as a process starts with them. */
export function taskParts(): Pick<PodParts, "tools"> & { readonly tasks: TaskStore } {
  const tasks = new TaskStore();
  return { tools: [echo, ...createTaskTools(tasks)], tasks };
}

/** A call that makes a task. */
export function creates(id: string, subject: string) {
  return call(id, "TaskCreate", JSON.stringify({ subject, description: `about ${subject}` }));
}

/** A call that changes the status of a task. */
export function updates(id: string, taskid: number, status: Task["status"]) {
  return call(id, "TaskUpdate", JSON.stringify({ taskid, status }));
}

/** Fails unless the list that the tools work on is what memory and log add up to. */
export function assertTasks(bench: Bench, store: TaskStore): void {
  deepEqual(store.tasks, replayTasks(bench.pod.history), "memory");
  deepEqual(store.tasks, replayTasks(bench.replayed().history), "log");
}
