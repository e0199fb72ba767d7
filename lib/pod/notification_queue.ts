import type { Entry } from "../protocol/mod.ts";
import {
  type KeptNotification,
  NOTIFICATION_DOMAIN,
  type QueuedNotification,
} from "../session/mod.ts";

const MAX_WAITING = 128;

interface Waiting {
  readonly queued: QueuedNotification;
  /** Whether it starts a run when the pod is idle. */
  wakes: boolean;
  /** Index of the log entry that keeps it; null while there is none. */
  entryIndex: number | null;
}

/** What waits for the model's attention, first in, first out (spec 10 §11.3). */
export class NotificationQueue {
  #waiting: Waiting[];
  /** Taken by the run that goes on, in the order in which the model is shown them. */
  #taken: Waiting[] = [];
  /** How many of those it has been shown. */
  #shownCount = 0;

  constructor(restored: readonly KeptNotification[] = []) {
    this.#waiting = restored.slice(-MAX_WAITING).map(fromLog);
  }

  /** The trigger of the run that what waits should start; null when nothing wakes an idle pod. */
  get wakingTrigger(): "notify" | "pod_event" | null {
    const waking = this.#waiting.find(({ wakes }) => wakes);
    if (waking === undefined) return null;
    return waking.queued.kind === "notification" ? "notify" : "pod_event";
  }

  /** Adds to the end; when too many wait, the oldest is dropped. */
  push(queued: QueuedNotification): void {
    this.#waiting.push(waitingFor(queued, null));
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** A run begins, for all that waits: if it fails before it has looked, they do not start another. */
  calm(): void {
    for (const waiting of this.#waiting) waiting.wakes = false;
  }

  /** Everything that waits, for the model. */
  take(): QueuedNotification[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#taken.push(...taken);
    return taken.map(({ queued }) => queued);
  }

  /** The model is shown the next of those that were taken. */
  shown(): void {
    this.#shownCount++;
  }

  /** The run that took them is over; what could not be shown waits again. */
  settle(): void {
    this.#waiting = [...this.#taken.slice(this.#shownCount), ...this.#waiting];
    this.#taken = [];
    this.#shownCount = 0;
  }

  /** What waits may start a run again. */
  rouse(): void {
    for (const waiting of this.#waiting) waiting.wakes = mayWake(waiting.queued);
  }

  /**
   * The run that took them is undone, and with it all entries from `entryCount` on.
   *
   * @param cut as of `rewind`
   */
  putBack(entryCount: number, cut: (entries: Entry[]) => number): void {
    const waiting = [...this.#taken, ...this.#waiting].map((one) =>
      (one.entryIndex ?? 0) < entryCount ? one : waitingFor(one.queued, null)
    );
    keep(waiting, cut);
    this.#waiting = waiting;
    this.#taken = [];
    this.#shownCount = 0;
    this.rouse();
  }

  /**
   * The log is cut to `entryCount` entries, which keep `restored`: that waits again, before what has come
   * since then. None of it starts a run, since whoever cuts the log wants to say something first.
   *
   * @param cut cuts it and writes these entries, and returns the index of the first of them; if it throws,
   * nothing has changed here
   */
  rewind(
    entryCount: number,
    restored: readonly KeptNotification[],
    cut: (entries: Entry[]) => number,
  ): void {
    const newer = this.#waiting.filter(({ entryIndex }) =>
      (entryIndex ?? entryCount) >= entryCount
    );
    const waiting = [
      ...restored.map(fromLog),
      ...newer.map(({ queued }) => waitingFor(queued, null)),
    ].slice(-MAX_WAITING);
    keep(waiting, cut);
    this.#waiting = waiting;
    this.calm();
  }

  /**
   * Makes all durable that the model has not been shown. What was taken for a run at once, without an
   * entry, gets one before those behind it: a log tells two of the same text apart by their order only.
   *
   * @param write puts the entries into the log, together, and returns the index of the first
   */
  persist(write: (entries: Entry[]) => number): void {
    keep([...this.#taken.slice(this.#shownCount), ...this.#waiting], write);
  }

  /** Entries that keep all that waits, for a new log; `moved` is to be called when it is there. */
  forNewLog(): { readonly entries: Entry[]; readonly moved: () => void } {
    const kept = this.#waiting.slice();
    const moved = () => {
      for (const waiting of this.#waiting) waiting.entryIndex = kept.includes(waiting) ? 0 : null;
    };
    return { entries: kept.map(entryOf), moved };
  }
}

/** Writes those that have no entry yet. */
function keep(waiting: readonly Waiting[], write: (entries: Entry[]) => number): void {
  const unkept = waiting.filter(({ entryIndex }) => entryIndex === null);
  const first = write(unkept.map(entryOf));
  for (const [offset, one] of unkept.entries()) one.entryIndex = first + offset;
}

function fromLog({ queued, entryIndex }: KeptNotification): Waiting {
  return waitingFor(queued, entryIndex);
}

function waitingFor(queued: QueuedNotification, entryIndex: number | null): Waiting {
  return { queued, wakes: mayWake(queued), entryIndex };
}

function mayWake(queued: QueuedNotification): boolean {
  return queued.kind === "pod_event" || queued.auto_run !== false;
}

function entryOf({ queued }: Waiting): Entry {
  return { kind: "extension", ts: Date.now(), domain: NOTIFICATION_DOMAIN, payload: queued };
}
