/** Why a pod's process stops what it is doing. */
export type StopReason = "SIGINT" | "SIGTERM" | "timeout" | "output_closed";

const EXIT_ON_SECOND: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * A terminal sends Ctrl-C to all of its foreground programs, and some that start others (`deno task`)
 * pass it on as well: what comes that soon is the same signal.
 */
const SAME_SIGNAL_MS = 50;

/**
 * One way to stop a run, whoever asks for it. The first reason wins; a second signal leaves the process
 * at once (what tools have started ends with it, see their watchdog).
 */
export class Stop implements Disposable {
  readonly #controller = new AbortController();
  readonly #disposers: (() => void)[] = [];
  /** On the clock of `performance.now()`. */
  #signalledAt: number | null = null;

  /** Aborted with a `StopReason`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Null while nobody has asked. */
  get reason(): StopReason | null {
    return this.signal.aborted ? this.signal.reason : null;
  }

  /** Asks for the stop. */
  request(reason: StopReason): void {
    this.#controller.abort(reason);
  }

  /** Stops at SIGINT and SIGTERM. */
  onSignals(): this {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const listener = () => {
        this.#signalledAt ??= performance.now();
        if (performance.now() - this.#signalledAt > SAME_SIGNAL_MS) {
          Deno.exit(EXIT_ON_SECOND[signal]);
        }
        this.request(signal);
      };
      Deno.addSignalListener(signal, listener);
      this.#disposers.push(() => Deno.removeSignalListener(signal, listener));
    }
    return this;
  }

  /** Stops after `ms` milliseconds. */
  onTimeout(ms: number): this {
    const timer = setTimeout(() => this.request("timeout"), ms);
    this.#disposers.push(() => clearTimeout(timer));
    return this;
  }

  /** Stops when `signal` is aborted. */
  onAbort(signal: AbortSignal, reason: StopReason): this {
    const listener = () => this.request(reason);
    signal.addEventListener("abort", listener);
    this.#disposers.push(() => signal.removeEventListener("abort", listener));
    return this;
  }

  /** Resolves when somebody asks. */
  requested(): Promise<StopReason> {
    return new Promise((resolve) => {
      const done = () => resolve(this.signal.reason);
      if (this.signal.aborted) done();
      else this.signal.addEventListener("abort", done, { once: true });
    });
  }

  [Symbol.dispose](): void {
    for (const dispose of this.#disposers.splice(0)) dispose();
  }
}
