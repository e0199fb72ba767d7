/** A file of lines for whoever looks for a fault; it is no part of any state (spec 30 §2.10). */
export class TraceFile {
  readonly #pathNow: () => string;
  readonly #onFailure: (error: unknown) => void;
  #hasFailed = false;

  /**
   * @param pathNow where the next line goes
   * @param onFailure told of the first line that cannot be written; lines are only lost
   */
  constructor(pathNow: () => string, onFailure: (error: unknown) => void) {
    this.#pathNow = pathNow;
    this.#onFailure = onFailure;
  }

  append(line: object): void {
    try {
      const text = `${JSON.stringify(line)}\n`;
      Deno.writeTextFileSync(this.#pathNow(), text, { append: true, mode: 0o600 });
    } catch (error) {
      if (!this.#hasFailed) this.#onFailure(error);
      this.#hasFailed = true;
    }
  }
}
