/** Adds up amounts of US dollars, to a billionth and without rounding errors. */
export class UsdSum {
  #billionths: number | null = null;
  #isKnown = true;

  /** @param usd undefined: it is not known, and so the sum is not */
  add(usd: number | undefined): void {
    if (usd === undefined) this.#isKnown = false;
    else this.#billionths = (this.#billionths ?? 0) + Math.round(usd * 1e9);
  }

  /** Null as long as nothing was added, and when not every amount is known. */
  get usd(): number | null {
    return this.#billionths === null || !this.#isKnown ? null : this.#billionths / 1e9;
  }
}
