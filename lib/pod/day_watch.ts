/**
 * Notices a new day: the system prompt keeps the one on which it was made, so the model has to be told
 * (spec 40 §11 W4).
 */
export class DayWatch {
  #day: string | null;

  /** @param lastRunAt when the model last knew what day it was, in ms; null: it knows nothing yet. */
  constructor(lastRunAt: number | null) {
    this.#day = lastRunAt === null ? null : utcDay(lastRunAt);
  }

  /** The day, such as `2026-04-15` (UTC), when it is another than it was; else null. */
  change(now: number): string | null {
    const day = utcDay(now);
    const isNew = this.#day !== null && this.#day !== day;
    this.#day = day;
    return isNew ? day : null;
  }
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
