import type { Addition, Counters } from "../agent/mod.ts";
import { idTime, messageOf, newId } from "../base/mod.ts";
import { ContextWindow, type WindowMark } from "../context/mod.ts";
import type {
  Entry,
  Event,
  Item,
  RequestConfig,
  RewindTargetId,
  SegmentOrigin,
  SegmentStartEntry,
} from "../protocol/mod.ts";
import { type Interruption, type QueuedNotification, replay } from "../session/mod.ts";
import { isTaskChange, openTasks } from "../tools/mod.ts";
import { DayWatch } from "./day_watch.ts";
import { tidyUp } from "./interruption.ts";
import { Journal } from "./journal.ts";
import { type Metric, metricEntry } from "./metrics.ts";
import { NotificationQueue } from "./notification_queue.ts";
import type { PodParts, RestoredSession } from "./pod_parts.ts";
import { planRewind, rewindTargets } from "./rewind.ts";
import { scopeEntry } from "./scope_entry.ts";
import { sessionWindow } from "./session_window.ts";
import { statusEntry } from "./status_entry.ts";
import { showTaskReminder, type TaskNeglect, TaskWatch } from "./task_watch.ts";

/** A place in a conversation that one can go back to. */
export interface Mark {
  readonly segmentId: string;
  readonly history: number;
  readonly entries: number;
  readonly window: WindowMark;
  readonly neglect: TaskNeglect;
}

/**
 * What has been said so far, in memory and in the log, and every change of it that is not a plain next
 * step: a new segment, tidying up, going back. Each leaves memory and log saying the same.
 */
export class Conversation implements Disposable {
  readonly journal: Journal;
  readonly queue: NotificationQueue;
  readonly counters: Counters;
  /** Why the last run was cut short; null: it was not, or that has been noted. */
  interruption: Interruption | null;
  readonly #parts: PodParts;
  #history: Item[];
  #window: ContextWindow;
  #config: RequestConfig;
  #system: string | null;
  #days: DayWatch;
  #taskWatch = new TaskWatch();

  constructor(parts: PodParts, restored?: RestoredSession) {
    const state = restored?.state;
    this.#parts = parts;
    this.journal = new Journal({ ...parts, log: restored?.log ?? null });
    this.queue = new NotificationQueue(state?.notifications);
    this.counters = { turn: state?.turnCount ?? 0, llmCall: 0 };
    this.interruption = state?.interruption ?? null;
    this.#history = state?.history ?? [];
    this.#window = state === undefined ? new ContextWindow(this.#history) : sessionWindow(state);
    this.#config = state?.config ?? parts.config;
    this.#system = state?.systemPrompt ?? null;
    this.#days = new DayWatch(state?.dateToldAt ?? null);
  }

  /** Grows with each run; the same array until the conversation goes on from another history. */
  get history(): Item[] {
    return this.#history;
  }

  /** What of it is sent. */
  get window(): ContextWindow {
    return this.#window;
  }

  get config(): RequestConfig {
    return this.#config;
  }

  /** The system prompt; null before the first segment. */
  get system(): string | null {
    return this.#system;
  }

  /** Sees to it that there is a segment which only this pod writes to. */
  async prepare(): Promise<void> {
    const { journal } = this;
    if (journal.isReady) return;
    this.#system ??= this.#parts.renderSystemPrompt?.() ?? null;
    if (journal.length === 0) {
      const start = this.#segmentStart(this.#history);
      const scope = scopeEntry(this.#parts.scopeRules());
      return await journal.rotate(journal.segmentId, start, [scope]);
    }
    const start = { ...this.#segmentStart(this.#history), forked_from: this.#origin() };
    await this.#moveOn(start, this.interruption === null ? [] : [statusEntry("running")]);
  }

  /**
   * Goes on from another history, in a segment of its own (spec 30 §6.4). Until that is on disk, nothing
   * has changed.
   *
   * @param midRun whether a run goes on in it
   */
  async compactTo(history: Item[], midRun: boolean, metric: Metric): Promise<void> {
    const start = { ...this.#segmentStart(history), compacted_from: this.#origin() };
    const running = midRun ? [statusEntry("running")] : [];
    await this.#moveOn(start, [...running, metricEntry(metric)], () => {
      this.#history = history;
      this.#window = new ContextWindow(history);
      this.#days = new DayWatch(idTime(this.#parts.sessionId));
    });
  }

  /** Closes what an earlier run has left open, and says so. */
  tidyUp(): void {
    if (this.interruption === null) return;
    for (const addition of tidyUp(this.#history, this.interruption, this.#parts.prompts)) {
      this.#add(addition);
      if (addition.item.kind !== "tool_result") continue;
      const { call_id: id, summary } = addition.item;
      this.journal.publish({ event: "tool_result", data: { id, summary, is_error: false } });
    }
    this.interruption = null;
  }

  /** Has the model told that it is another day than its context says. */
  noticeDay(): void {
    const date = this.#days.change(Date.now());
    if (date === null) return;
    const message = this.#parts.prompts.render("date_change", { date });
    this.queue.push({ kind: "notification", message, auto_run: false });
  }

  /** What is to be said about open tasks before the next request, if anything. */
  taskReminder(): Addition[] {
    const { tasks, prompts } = this.#parts;
    const open = openTasks(tasks?.tasks ?? []);
    if (open.length === 0 || !this.#taskWatch.isDue(this.counters.turn)) return [];
    return [showTaskReminder(open, prompts)];
  }

  /** Takes note of what the model has said. */
  noticeTaskChange(item: Item): void {
    if (isTaskChange(item)) this.#taskWatch.changed();
  }

  /** Queues something for the model to be told at its next iteration. */
  notify(queued: QueuedNotification, { durable }: { durable: boolean }): void {
    this.queue.push(queued);
    if (durable) this.persistQueue();
  }

  /** Without a segment there is nowhere to keep it, and nothing yet that could be lost with it. */
  persistQueue(): void {
    const { journal } = this;
    if (journal.length === 0) return;
    this.queue.persist((entries) => {
      const first = journal.length;
      if (entries.length > 0) journal.append(...entries);
      return first;
    });
  }

  /** Keeps an observation; that it cannot be kept is no reason to stop (spec 30 §10). */
  record(metric: Metric): void {
    try {
      this.journal.append(metricEntry(metric));
    } catch (error) {
      this.warn(`failed to record metric \`${metric.name}\`: ${messageOf(error)}`);
    }
  }

  /** Tells whoever watches of something odd. */
  warn(message: string): void {
    this.journal.publish({
      event: "alert",
      data: { level: "warn", source: "pod", message, timestamp_ms: Date.now() },
    });
  }

  /** Where the conversation is now. */
  mark(): Mark {
    const { segmentId, length: entries } = this.journal;
    return {
      segmentId,
      history: this.#history.length,
      entries,
      window: this.#window.mark(),
      neglect: this.#taskWatch.neglect,
    };
  }

  /** Whether going back to a mark would cut off nothing but what this pod has written since. */
  canGoBackTo(mark: Mark): boolean {
    return this.journal.isReady && mark.segmentId === this.journal.segmentId;
  }

  /** Undoes a run that has shown nothing; what it had taken from the queue waits again. */
  rollBack(mark: Mark): void {
    // If it cannot be undone, it was a run that was stopped.
    this.interruption = "user";
    this.queue.putBack(mark.entries, (entries) => {
      this.journal.truncate(mark.entries, ...entries);
      return mark.entries;
    });
    this.#history.length = mark.history;
    this.#window.goBackTo(mark.window);
    this.#taskWatch.goBackTo(mark.neglect);
    this.interruption = null;
  }

  /** The inputs that one can go back to (spec 30 §7). */
  listRewindTargets(): Extract<Event, { event: "rewind_targets" }>["data"] {
    const entries = this.journal.readEntries();
    return {
      head_entries: entries.length,
      targets: rewindTargets(this.journal.segmentId, entries),
    };
  }

  /**
   * Goes back to before a user input. What is cut off stays readable, in a segment of its own.
   *
   * @throws {PodError} `invalid_request` when the target is not, or no longer, there; nothing has
   * changed then.
   */
  rewindTo(target: RewindTargetId, expectedHead: number): void {
    const { journal, queue } = this;
    const entries = journal.readEntries();
    const plan = planRewind(journal.segmentId, entries, target, expectedHead);
    const { kept, tail, input, summary } = plan;
    const kept_segment_id = newId();
    journal.copy(kept_segment_id);
    const state = replay(kept);
    queue.rewind(kept.length, state.notifications, (waiting) => {
      journal.truncate(kept.length, ...tail, ...waiting);
      return kept.length + tail.length;
    });
    journal.beginRun();
    this.interruption = state.interruption;
    this.counters.turn = state.turnCount;
    this.#config = state.config;
    this.#history = state.history;
    this.#days = new DayWatch(state.dateToldAt);
    this.#taskWatch = new TaskWatch();
    this.#window = sessionWindow(state);
    journal.publish({
      event: "rewind_applied",
      data: { entries: journal.readEntries(), input, summary: { ...summary, kept_segment_id } },
    });
  }

  [Symbol.dispose](): void {
    this.journal.close();
  }

  #add(addition: Addition): void {
    this.journal.commit({ kind: "append", ...addition });
    this.#history.push(addition.item);
  }

  #segmentStart(history: readonly Item[]): SegmentStartEntry {
    return {
      kind: "segment_start",
      ts: Date.now(),
      session_id: this.#parts.sessionId,
      system_prompt: this.#system,
      config: this.#config,
      history: [...history],
    };
  }

  #origin(): SegmentOrigin {
    return { segment_id: this.journal.segmentId, at_turn_index: this.counters.turn };
  }

  /**
   * Goes on in a new segment of the same session; what waits for the model moves there too.
   *
   * @param created called when it is there, before anybody hears of it
   */
  async #moveOn(
    start: SegmentStartEntry,
    more: readonly Entry[],
    created = () => {},
  ): Promise<void> {
    const scope = scopeEntry(this.#parts.scopeRules());
    const { entries, moved } = this.queue.forNewLog();
    await this.journal.rotate(newId(), start, [scope, ...more, ...entries], () => {
      moved();
      created();
    });
    this.persistQueue();
  }
}
