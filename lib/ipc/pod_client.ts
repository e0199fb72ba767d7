import { toJsonText } from "../base/mod.ts";
import type { Event, Method } from "../protocol/mod.ts";
import { dial } from "./dial.ts";
import { EventReader } from "./event_reader.ts";
import { isHangUp } from "./hang_up.ts";
import { SocketError } from "./socket_error.ts";
import { within } from "./within.ts";
import { writeAll } from "./write_all.ts";

const STEP_TIMEOUT_MS = 5000;

const encoder = new TextEncoder();

/** How long a client waits. */
export interface PodClientOptions {
  /** For connecting, for each event up to the snapshot, and for writing a method. @default 5000 */
  readonly stepTimeoutMs?: number;
}

/** What a pod tells a new client before all else. */
export interface Prelude {
  /** Short texts for the person at the client, oldest first. They are no part of the snapshot. */
  readonly alerts: readonly Extract<Event, { event: "alert" }>[];
  readonly snapshot: Extract<Event, { event: "snapshot" }>;
}

/**
 * A connection to a pod, from the snapshot on. Events are read from the socket when they are asked for;
 * leaving a loop over them does not close the connection, and a later loop goes on.
 */
export class PodClient implements AsyncIterable<Event>, Prelude, Disposable {
  readonly alerts: Prelude["alerts"];
  readonly snapshot: Prelude["snapshot"];
  readonly #connection: Deno.Conn;
  readonly #reader: EventReader;
  readonly #stepTimeoutMs: number;
  #sending: Promise<void> = Promise.resolve();

  private constructor(
    connection: Deno.Conn,
    reader: EventReader,
    { alerts, snapshot }: Prelude,
    stepTimeoutMs: number,
  ) {
    this.#connection = connection;
    this.#reader = reader;
    this.alerts = alerts;
    this.snapshot = snapshot;
    this.#stepTimeoutMs = stepTimeoutMs;
  }

  /**
   * Connects and reads up to the snapshot: a pod that has a long one to write need not listen before it is
   * taken (spec 10 §1.4).
   *
   * @throws {SocketError} `path_too_long`, `unreachable`, `timeout`, `closed`
   */
  static async connect(
    path: string,
    { stepTimeoutMs = STEP_TIMEOUT_MS }: PodClientOptions = {},
  ): Promise<PodClient> {
    const connection = await dial(path, stepTimeoutMs);
    try {
      const reader = new EventReader(connection);
      const prelude = await readPrelude(reader, stepTimeoutMs);
      return new PodClient(connection, reader, prelude, stepTimeoutMs);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * The next event; null when either side has closed the connection.
   *
   * @throws {SocketError} `timeout` if `timeoutMs` is given and nothing came; the connection is closed.
   */
  receive(timeoutMs?: number): Promise<Event | null> {
    const next = this.#reader.next();
    if (timeoutMs === undefined) return next;
    return within(timeoutMs, next, () => this.#giveUp("read timed out"));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (let event = await this.receive(); event !== null; event = await this.receive()) {
      yield event;
    }
  }

  /**
   * Writes a method, after those sent before.
   *
   * @throws {SocketError} `closed`; `timeout`, and the connection is closed.
   */
  send(method: Method): Promise<void> {
    const previous = this.#sending;
    this.#sending = Promise.allSettled([previous]).then(() => this.#write(method));
    return this.#sending;
  }

  /** Closes at once; may be called again. */
  close(): void {
    this.#connection[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #write(method: Method): Promise<void> {
    const writing = writeAll(this.#connection, encoder.encode(`${toJsonText(method)}\n`));
    try {
      await within(this.#stepTimeoutMs, writing, () => this.#giveUp("write timed out"));
    } catch (error) {
      if (!isHangUp(error)) throw error;
      throw new SocketError("closed", "the connection to the pod is closed", { cause: error });
    }
  }

  #giveUp(message: string): SocketError {
    this.close();
    return new SocketError("timeout", message);
  }
}

async function readPrelude(reader: EventReader, stepTimeoutMs: number): Promise<Prelude> {
  const alerts: Extract<Event, { event: "alert" }>[] = [];
  for (;;) {
    const event = await within(
      stepTimeoutMs,
      reader.next(),
      () => new SocketError("timeout", "read timed out"),
    );
    if (event === null) {
      throw new SocketError("closed", "pod closed connection before Snapshot event");
    }
    if (event.event === "alert") alerts.push(event);
    if (event.event === "snapshot") return { alerts, snapshot: event };
  }
}
