import { yieldToEventLoop } from "../base/mod.ts";

const SLICE_MS = 16;

/** Cuts long synchronous work into slices, between which sockets and timers have their turn. */
export class Pace {
  readonly #signal: AbortSignal;
  #sliceStartMs = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether it is time to {@link rest}; asked often, as it costs little. */
  get isDue(): boolean {
    return this.#signal.aborted || performance.now() - this.#sliceStartMs >= SLICE_MS;
  }

  /** @throws the signal's reason when the work is no longer wanted. */
  async rest(): Promise<void> {
    await yieldToEventLoop();
    this.#signal.throwIfAborted();
    this.#sliceStartMs = performance.now();
  }
}
