import type { Event, Method } from "../protocol/mod.ts";
import type { FrameEncoder } from "./frame_encoder.ts";
import { untilHangUp } from "./hang_up.ts";
import { readMethod } from "./method_line.ts";
import { Outbox, type OutboxLimits } from "./outbox.ts";
import { readLines } from "./read_lines.ts";

/** A connected client, as seen by who serves it. */
export interface Client {
  /** Queues an event for this client alone, behind all that it is to get already. Never waits. */
  send(event: Event): void;
}

/** What all connections of a server have in common. */
export interface ConnectionOptions {
  readonly encoder: FrameEncoder;
  readonly lastFrame: Uint8Array;
  readonly limits: OutboxLimits;
  /** Of one line from a client. */
  readonly maxLineBytes: number;
  readonly now: () => number;
  readonly onMethod: (method: Method, client: Client) => void | Promise<void>;
}

/**
 * One client of a pod. Reading its methods and writing its events do not wait for each other: a client
 * that writes a long line still gets events, one that does not read is still obeyed, and one that has
 * said all it has to say keeps listening (spec 10 §1.4, W-1, W-2).
 */
export class Connection implements Client {
  readonly #connection: Deno.Conn;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #isHalfClosed = false;

  /** Queues `prelude`; from here on frames can be added behind it. */
  constructor(
    connection: Deno.Conn,
    prelude: Iterable<Event | string>,
    options: ConnectionOptions,
  ) {
    this.#connection = connection;
    this.#options = options;
    const { encoder } = options;
    const frames = Array.from(prelude, (event) => encoder.encode(event));
    this.#outbox = new Outbox(connection, { ...options, prelude: frames });
  }

  /** Resolves when the connection is closed on this side. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(event: Event): void {
    this.push(this.#options.encoder.encode(event));
  }

  /** Queues an event that is encoded already. */
  push(frame: Uint8Array): void {
    this.#outbox.push(frame);
  }

  /**
   * Passes on the methods of this client until the connection is over, and closes it.
   *
   * @throws what `onMethod` throws, and failures of the socket that are no hang-ups.
   */
  async serve(): Promise<void> {
    try {
      await Promise.all([this.#readMethods(), this.#closeWhenWritten()]);
    } finally {
      this.close();
    }
  }

  /** Takes no more events, and closes when those that are queued are sent. */
  finish(): void {
    this.#outbox.close();
  }

  /** Closes at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outbox.abandon();
    this.#connection.close();
    this.#closed.resolve();
  }

  /** Notices that a client which had only said that it will send no more is gone. */
  async probe(): Promise<void> {
    if (this.#isHalfClosed) await this.#outbox.probe();
  }

  async #readMethods(): Promise<void> {
    const { maxLineBytes, onMethod } = this.#options;
    for await (const lines of readLines(untilHangUp(this.#connection), maxLineBytes)) {
      for (const line of lines) {
        const method = readMethod(line);
        if ("event" in method) this.send(method);
        else await onMethod(method, this);
      }
    }
    this.#isHalfClosed = true;
    await this.probe();
  }

  /** A client that takes no more events may still have methods on their way. */
  async #closeWhenWritten(): Promise<void> {
    if (await this.#outbox.finished === "written") this.close();
  }
}
