import { FrameQueue } from "./frame_queue.ts";
import { hasHungUp, isHangUp } from "./hang_up.ts";
import { writeAll } from "./write_all.ts";

/** How far a client may fall behind (design decision 25). */
export interface OutboxLimits {
  /** With more than this in the queue, a client is cut off when no write to it finished for `stallMs`. */
  readonly stalledBytes: number;
  readonly stallMs: number;
  /** With more than this in the queue, it is cut off at once. */
  readonly maxBytes: number;
}

export const OUTBOX_LIMITS: OutboxLimits = {
  stalledBytes: 8 * 1024 * 1024,
  stallMs: 30_000,
  maxBytes: 64 * 1024 * 1024,
};

/** What an outbox needs beside its connection. */
export interface OutboxOptions {
  /** Frames that are sent before all others and do not count for the limits. */
  readonly prelude: Iterable<Uint8Array>;
  /** What a client that is cut off gets in place of its queue. */
  readonly lastFrame: Uint8Array;
  readonly limits: OutboxLimits;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** How an outbox ended: everything was written, or the client takes no more. */
export type OutboxEnd = "written" | "broken";

/**
 * What waits to be sent to one client, and the loop that sends it. Adding a frame never waits, and a
 * client that does not read costs at most the limits. All that has gathered while one write was under
 * way goes out together in the next.
 *
 * The writes are the connection's own, not those of its `writable`. A write that fails there closes the
 * connection for reading too, and with it goes a method that its sender wrote before leaving (W-2); and a
 * stream piped there costs up to 1.6 times the processor time when events come one by one.
 */
export class Outbox {
  readonly #connection: Deno.Conn;
  readonly #options: OutboxOptions;
  readonly #prelude = new FrameQueue();
  readonly #queue = new FrameQueue();
  readonly #end = Promise.withResolvers<OutboxEnd>();
  /** Whether new frames are taken. */
  #isOpen = true;
  #isWriting = false;
  #progressAt = 0;

  constructor(connection: Deno.Conn, options: OutboxOptions) {
    this.#connection = connection;
    this.#options = options;
    for (const frame of options.prelude) this.#prelude.push(frame);
    this.#startWriting();
  }

  /** When nothing more will be written. Rejects when a write fails for another reason than a hang-up. */
  get finished(): Promise<OutboxEnd> {
    return this.#end.promise;
  }

  push(frame: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#isOverrunBy(frame)) return this.#cutOff();
    this.#queue.push(frame);
    this.#startWriting();
  }

  /** Takes no more frames; what is queued is still sent. */
  close(): void {
    this.#isOpen = false;
    if (!this.#isWriting) this.#end.resolve("written");
  }

  /** Forgets what is queued. A write that is under way may never end, and nobody waits for it. */
  abandon(): void {
    this.#isOpen = false;
    this.#prelude.clear();
    this.#queue.clear();
    this.#end.resolve("broken");
  }

  /** Finds out whether a client that sends no more still listens. */
  async probe(): Promise<void> {
    // A write that is under way will tell.
    if (this.#isWriting) return;
    try {
      if (await hasHungUp(this.#connection)) this.abandon();
    } catch (error) {
      this.#fail(error);
    }
  }

  #isOverrunBy(frame: Uint8Array): boolean {
    const { stalledBytes, stallMs, maxBytes } = this.#options.limits;
    if (this.#queue.byteLength === 0) return false;
    const waiting = this.#queue.byteLength + frame.byteLength;
    if (waiting > maxBytes) return true;
    return waiting > stalledBytes && this.#options.now() - this.#progressAt > stallMs;
  }

  #cutOff(): void {
    this.#isOpen = false;
    this.#prelude.clear();
    this.#queue.clear();
    this.#queue.push(this.#options.lastFrame);
  }

  #startWriting(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#progressAt = this.#options.now();
    queueMicrotask(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    try {
      for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
        await writeAll(this.#connection, bytes, () => this.#progressAt = this.#options.now());
      }
      this.#isWriting = false;
      if (!this.#isOpen) this.#end.resolve("written");
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!isHangUp(error)) this.#end.reject(error);
    this.abandon();
  }

  #next(): Uint8Array | undefined {
    return this.#prelude.shift() ?? this.#queue.shift();
  }
}
