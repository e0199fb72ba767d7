const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Notices a new day, by UTC: the system prompt keeps the one on which it was made, so the model has to be
 * told (spec 40 §11 W4).
 */
export class DayWatch {
  /** Number of the day; null before the model knows of any. */
  #day: number | null;

  /** @param toldAt when the model was last told the date, in ms; null: it is about to be. */
  constructor(toldAt: number | null) {
    this.#day = toldAt === null ? null : dayOf(toldAt);
  }

  /** The date, such as `2026-04-15`, when it is another than the model was told; else null. */
  change(now: number): string | null {
    const known = this.#day;
    this.#day = dayOf(now);
    return known === null || known === this.#day ? null : new Date(now).toISOString().slice(0, 10);
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
