import type { Addition } from "../agent/mod.ts";
import type { PromptCatalog } from "../context/mod.ts";
import { type SystemItem, textMessage } from "../protocol/mod.ts";
import { type Task, taskLines } from "../tools/mod.ts";

/** Requests that pass before the model is reminded, and before it is reminded again. */
const PATIENCE = 24;

const TAGS = /<\/?system-reminder>/g;

/** For how many requests with an open task nothing has been done about the tasks. */
export interface TaskNeglect {
  /** The turn that was counted last; null: none. */
  readonly turn: number | null;
  readonly sinceChange: number;
  readonly sinceReminder: number;
}

/**
 * Notices that the model has left its tasks alone for long (spec 40 §4.3). Each turn counts once, however
 * often its request has to be made (W46).
 */
export class TaskWatch {
  #neglect: TaskNeglect = { turn: null, sinceChange: 0, sinceReminder: PATIENCE };

  get neglect(): TaskNeglect {
    return this.#neglect;
  }

  /** What has come since then is undone. */
  goBackTo(neglect: TaskNeglect): void {
    this.#neglect = neglect;
  }

  /** The model has called for a change of its tasks. */
  changed(): void {
    this.#neglect = { ...this.#neglect, sinceChange: 0 };
  }

  /** Counts the request of a turn, with tasks open; returns whether it should come with a reminder. */
  isDue(turn: number): boolean {
    if (turn === this.#neglect.turn) return false;
    const sinceChange = this.#neglect.sinceChange + 1;
    const sinceReminder = this.#neglect.sinceReminder + 1;
    const isDue = sinceChange >= PATIENCE && sinceReminder >= PATIENCE;
    this.#neglect = { turn, sinceChange, sinceReminder: isDue ? 0 : sinceReminder };
    return isDue;
  }
}

/** A reminder of tasks as the model is shown it, and as the log keeps it: in one pair of tags. */
export function showTaskReminder(tasks: readonly Task[], prompts: PromptCatalog): Addition {
  const text = prompts.render("task_reminder", { tasks: taskLines(tasks) });
  const body = `<system-reminder>\n${text.replaceAll(TAGS, "").trim()}\n</system-reminder>`;
  const note: SystemItem = { kind: "task_reminder", source: "task_inactivity", body };
  return { item: textMessage("system", body), note };
}
