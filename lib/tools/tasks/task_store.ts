import type { Item } from "../../protocol/mod.ts";
import { replayTasks } from "./task_history.ts";
import {
  type NewTask,
  nextTaskId,
  type Task,
  type TaskChange,
  withChange,
  withTask,
} from "./task_list.ts";

/**
 * The one task list of a session while the model works on it. The truth is the history: whoever lets the
 * model go on from one has the list taken from it first (spec 40 §11 W33).
 */
export class TaskStore {
  #tasks: readonly Task[] = [];

  /** In the order in which they were made. */
  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  /** Takes the list of a history; what was done and never got into it is forgotten. */
  refill(history: readonly Item[]): void {
    this.#tasks = replayTasks(history);
  }

  find(taskid: number): Task | undefined {
    return this.#tasks.find((task) => task.taskid === taskid);
  }

  /** Adds a task at the end; returns its number. */
  create(added: NewTask): number {
    const taskid = nextTaskId(this.#tasks);
    this.#tasks = withTask(this.#tasks, added, taskid);
    return taskid;
  }

  /** Changes the task of that number, if it is there. */
  update(change: TaskChange): void {
    this.#tasks = withChange(this.#tasks, change);
  }
}
