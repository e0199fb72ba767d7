import { sleep } from "../base/mod.ts";
import type { Event } from "../protocol/mod.ts";
import { bindSocket, type BoundSocket } from "./bound_socket.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { FrameEncoder } from "./frame_encoder.ts";
import { hasHungUp } from "./hang_up.ts";
import { OUTBOX_LIMITS } from "./outbox.ts";

const MAX_LINE_BYTES = 32 * 1024 * 1024;
const ACCEPT_PAUSE_MS = 100;
const FLUSH_MS = 2000;

const CUT_OFF: Event = {
  event: "error",
  data: {
    code: "internal",
    message: "this client reads too slowly and is cut off; connect again for the present state",
  },
};

type Tuning = Pick<ConnectionOptions, "limits" | "maxLineBytes" | "now">;

/** How a pod is served. */
export interface PodServerOptions extends Partial<Tuning>, Pick<ConnectionOptions, "onMethod"> {
  /** Of the socket. Its directory belongs to this pod alone. */
  readonly path: string;
  /**
   * What a new client is sent first: the alerts so far, then one snapshot (spec 10 §1.4). Asked for in the
   * same synchronous step in which the client begins to get what is published, so that it neither misses
   * nor repeats anything (spec 10 §8.2). A long snapshot may come as the JSON that it is.
   */
  readonly prelude: () => Iterable<Event | string>;
  /** Told of what ought not to happen, such as no free file descriptors. The server goes on. */
  readonly onError: (error: unknown) => void;
}

/** The socket of a pod and all its clients (spec 10 §1). */
export class PodServer implements AsyncDisposable {
  readonly #socket: BoundSocket;
  readonly #prelude: () => Iterable<Event | string>;
  readonly #onError: (error: unknown) => void;
  readonly #encoder = new FrameEncoder();
  readonly #connectionOptions: ConnectionOptions;
  readonly #connections = new Set<Connection>();
  readonly #stop = new AbortController();
  readonly #accepting: Promise<void>;

  private constructor(
    socket: BoundSocket,
    {
      prelude,
      onMethod,
      onError,
      limits = OUTBOX_LIMITS,
      maxLineBytes = MAX_LINE_BYTES,
      now = () => performance.now(),
    }: PodServerOptions,
  ) {
    this.#socket = socket;
    this.#prelude = prelude;
    this.#onError = onError;
    const encoder = this.#encoder;
    const lastFrame = encoder.encode(CUT_OFF);
    this.#connectionOptions = {
      encoder,
      lastFrame,
      limits,
      maxLineBytes,
      now,
      onMethod: (method, client) => this.#isClosed ? undefined : onMethod(method, client),
    };
    this.#accepting = this.#acceptAll();
  }

  /**
   * Opens the socket and begins to accept clients.
   *
   * @throws {SocketError} `in_use`, `path_too_long`, `io`
   */
  static async listen(options: PodServerOptions): Promise<PodServer> {
    return new PodServer(await bindSocket(options.path), options);
  }

  /** Queues an event for every client. Encodes it once and waits for nobody. */
  publish(event: Event): void {
    if (this.#connections.size === 0) return;
    const frame = this.#encoder.encode(event);
    for (const connection of this.#connections) connection.push(frame);
  }

  /**
   * Removes the socket and passes on no more methods, at once; then closes every connection when all that
   * was published has been sent, but after `flushMs` in any case.
   */
  async close(flushMs: number = FLUSH_MS): Promise<void> {
    if (!this.#isClosed) this.#socket.close();
    this.#stop.abort();
    const connections = [...this.#connections];
    for (const connection of connections) connection.finish();
    const flushed = new AbortController();
    void Promise.all(connections.map(({ closed }) => closed)).then(() => flushed.abort());
    await sleep(flushMs, flushed.signal);
    for (const connection of connections) connection.close();
    await this.#accepting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  async #acceptAll(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#serve(await this.#socket.listener.accept()).catch(this.#onError);
      } catch (error) {
        if (this.#isClosed) return;
        this.#onError(error);
        await sleep(ACCEPT_PAUSE_MS, this.#stop.signal);
      }
    }
  }

  /** Serves one client to its end. */
  async #serve(accepted: Deno.Conn): Promise<void> {
    using socket = accepted;
    // Who only wanted to know whether somebody listens is gone by now, and needs no snapshot (W-26).
    if (await hasHungUp(socket) || this.#isClosed) return;
    for (const earlier of this.#connections) void earlier.probe();
    const connection = new Connection(socket, this.#prelude(), this.#connectionOptions);
    this.#connections.add(connection);
    try {
      await connection.serve();
    } finally {
      this.#connections.delete(connection);
    }
  }
}
