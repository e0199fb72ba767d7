import { sleep } from "../../base/mod.ts";

const encoder = new TextEncoder();

/** Where a `Writer` puts its bytes. */
export interface WriterTarget {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * An ordered, non-blocking way to a standard stream. What is written while an earlier write is under
 * way is joined and goes out in one piece, so that a burst of small texts costs few system calls; a
 * slow reader holds back nobody but `flush`.
 */
export class Writer {
  readonly #target: WriterTarget;
  readonly #closed = new AbortController();
  #queue: string[] = [];
  #idle: Promise<void> = Promise.resolve();
  #writing = false;

  constructor(target: WriterTarget) {
    this.#target = target;
  }

  /** Aborted, with the error, when a write has failed; from then on everything written is dropped. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Queues `text`; never waits and never fails. */
  write(text: string): void {
    if (text === "" || this.#closed.signal.aborted) return;
    this.#queue.push(text);
    if (this.#writing) return;
    this.#writing = true;
    this.#idle = this.#drain();
  }

  /** Resolves when everything written so far is with the system, or was dropped. */
  flush(): Promise<void> {
    return this.#idle;
  }

  async #drain(): Promise<void> {
    // What is written in the same tick belongs in the same piece.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const text = this.#queue.join("");
        this.#queue = [];
        await this.#writeAll(encoder.encode(text));
      }
    } catch (error) {
      this.#queue = [];
      this.#closed.abort(error);
    } finally {
      this.#writing = false;
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length;) {
      try {
        offset += await this.#target.write(bytes.subarray(offset));
      } catch (error) {
        // A pipe that its owner made non-blocking is full: wait for the reader.
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await sleep(5);
      }
    }
  }
}

/** Whether a write failed because there is nobody to read any more. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}
