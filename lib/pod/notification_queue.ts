import type { Entry } from "../protocol/mod.ts";
import { NOTIFICATION_DOMAIN, type QueuedNotification } from "../session/mod.ts";

const MAX_WAITING = 128;

interface Waiting {
  readonly queued: QueuedNotification;
  /** Index of the log entry that keeps it; null while there is none. */
  entryIndex: number | null;
}

/** What waits for the model's attention, first in, first out (spec 10 §11.3). */
export class NotificationQueue {
  #waiting: Waiting[] = [];
  /** Taken by the run that goes on; they come back if it is rolled back. */
  #taken: Waiting[] = [];

  constructor(restored: readonly QueuedNotification[] = []) {
    // They are in the log already, before anything that a roll-back could cut off.
    this.#waiting = restored.map((queued) => ({ queued, entryIndex: 0 }));
  }

  /** The trigger of the run that what waits should start; null when nothing wakes an idle pod. */
  get wakingTrigger(): "notify" | "pod_event" | null {
    const waking = this.#waiting.find(({ queued }) =>
      queued.kind === "pod_event" || queued.auto_run !== false
    );
    if (waking === undefined) return null;
    return waking.queued.kind === "notification" ? "notify" : "pod_event";
  }

  /** Adds to the end; when too many wait, the oldest is dropped. */
  push(queued: QueuedNotification): void {
    this.#waiting.push({ queued, entryIndex: null });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Everything that waits, for the model. */
  take(): QueuedNotification[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#taken.push(...taken);
    return taken.map(({ queued }) => queued);
  }

  /** The run that took them is over: they have been seen. */
  settle(): void {
    this.#taken = [];
  }

  /** The run that took them is undone, and with it all entries from `entryCount` on. */
  putBack(entryCount: number): void {
    this.#waiting = [...this.#taken, ...this.#waiting];
    this.#taken = [];
    for (const waiting of this.#waiting) {
      if (waiting.entryIndex !== null && waiting.entryIndex >= entryCount) {
        waiting.entryIndex = null;
      }
    }
  }

  /** Makes all that wait durable; `append` returns the index of the entry it has written. */
  persist(append: (entry: Entry) => number): void {
    for (const waiting of this.#waiting) {
      waiting.entryIndex ??= append({
        kind: "extension",
        ts: Date.now(),
        domain: NOTIFICATION_DOMAIN,
        payload: waiting.queued,
      });
    }
  }
}
