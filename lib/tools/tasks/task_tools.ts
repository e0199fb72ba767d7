import * as v from "valibot";
import { type Tool, ToolError, type ToolOutput } from "../../agent/mod.ts";
import { defineTool } from "../define_tool.ts";
import { changeResult, listResult } from "./task_history.ts";
import { newTask, type Task, taskChange, taskId } from "./task_list.ts";
import type { TaskStore } from "./task_store.ts";

/** TaskCreate, TaskList, TaskGet and TaskUpdate on one list (spec 50 §6.2). */
export function createTaskTools(store: TaskStore): Tool[] {
  return [create(store), list(store), get(store), update(store)];
}

function create(store: TaskStore): Tool {
  return defineTool({
    name: "TaskCreate",
    description:
      "Notes down a task, which gets a number and starts as pending. For long work, work that may " +
      "be interrupted, or several things at once; not for what you answer right away. When a task " +
      "covers it already, update that one.",
    input: newTask,
    inOrder: true,
    execute: (added) => changed("Created", store, store.create(added)),
  });
}

function list(store: TaskStore): Tool {
  return defineTool({
    name: "TaskList",
    description: "Shows all tasks of the session, completed ones too, with their descriptions.",
    input: v.object({}),
    execute: () => Promise.resolve(listResult(store.tasks)),
  });
}

function get(store: TaskStore): Tool {
  return defineTool({
    name: "TaskGet",
    description: "Shows one task in full.",
    input: v.object({ taskid: taskId }),
    execute({ taskid }) {
      const task = find(store, taskid);
      const summary = `Task ${taskid} (${task.status}) ${task.subject}`;
      return Promise.resolve({ summary, content: JSON.stringify(task, null, 2) });
    },
  });
}

function update(store: TaskStore): Tool {
  return defineTool({
    name: "TaskUpdate",
    description:
      "Changes the status, subject or description of a task. Say inprogress when you begin it and " +
      "completed when it is done, not for every small step; deleted takes it off the list. When you " +
      "cannot go on, leave the task open, tell the user why, and end your turn.",
    input: taskChange,
    inOrder: true,
    execute(change) {
      const { taskid, status, subject, description } = change;
      if ((status ?? subject ?? description ?? null) === null) {
        throw failure("at least one of status, subject, description is required");
      }
      find(store, taskid);
      store.update(change);
      return changed("Updated", store, taskid);
    },
  });
}

function changed(
  done: "Created" | "Updated",
  store: TaskStore,
  taskid: number,
): Promise<ToolOutput> {
  return Promise.resolve(changeResult(done, find(store, taskid), store.tasks));
}

function find(store: TaskStore, taskid: number): Task {
  const task = store.find(taskid);
  if (task !== undefined) return task;
  throw failure(`taskid ${taskid} not found`);
}

function failure(message: string): ToolError {
  return new ToolError("Execution failed", message);
}
