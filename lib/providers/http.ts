import { type JsonObject, messageOf } from "../base/mod.ts";
import { responseError } from "./call_error.ts";
import { ModelError, type ModelErrorKind } from "./model.ts";
import type { Trace } from "./trace.ts";

/** Enough for every error with its details. */
const LONGEST_ERROR_BYTES = 64 * 1024;

/** How long a call may be silent, in milliseconds (spec 20 §5.1 and W10). */
export interface CallLimits {
  /** From the request to the response headers. @default 20_000 */
  readonly openMs: number;
  /** From the headers to the first event. @default 30_000 */
  readonly firstEventMs: number;
  /** Without a byte of the body, pings included, while one is waited for. @default 120_000 */
  readonly idleMs: number;
  /** From the end of the answer to the end of the body. @default 1_000 */
  readonly closeMs: number;
}

/** The limits used when nothing else is asked for. */
export const DEFAULT_CALL_LIMITS: CallLimits = {
  openMs: 20_000,
  firstEventMs: 30_000,
  idleMs: 120_000,
  closeMs: 1_000,
};

/**
 * One HTTP call, watched: it runs the timers and remembers why the call failed. Only the given headers
 * go out. When the caller's signal is aborted, connection and timers are gone at once, whether or not
 * anybody asks for another event.
 */
export class HttpCall implements Disposable {
  readonly #headers: Headers;
  readonly #limits: CallLimits;
  readonly #caller: AbortSignal;
  readonly #trace: Trace;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = false;
  /** When the read began that is waited for, or null when nobody waits for bytes. */
  #readingSince: number | null = null;
  #failure: ModelError | undefined;

  constructor(
    headers: Headers,
    limits: CallLimits,
    caller: AbortSignal,
    trace: Trace = () => {},
  ) {
    this.#headers = headers;
    this.#limits = limits;
    this.#caller = caller;
    this.#trace = trace;
    caller.addEventListener("abort", this.#stop, { once: true });
    if (caller.aborted) this.#stop();
  }

  /** Aborted when the call is over, for whatever reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the call failed, as far as it is known here. */
  get failure(): ModelError | undefined {
    return this.#failure;
  }

  /** Sends the request. Throws for every response that is no event stream. */
  readonly fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { openMs, firstEventMs } = this.#limits;
    this.#arm(openMs, () => this.#expire("timeout", "stream_open", openMs));
    this.#tell("transport_http_send_start");
    const startedAt = performance.now();
    const response = await this.#send(url, init);
    const { status, ok: success } = response;
    const elapsed_ms = Math.round(performance.now() - startedAt);
    this.#tell("transport_http_headers_received", { elapsed_ms, status, success });
    if (!isEventStream(response)) {
      this.#arm(firstEventMs, this.#stop);
      const body = readSome(response.body, this.signal).catch(messageOf);
      throw this.#failure = responseError(response, await body);
    }
    this.#arm(firstEventMs, () => this.#expire("timeout", "stream_first_event", firstEventMs));
    return new Response(this.#watch(response.body), response);
  };

  /** To be called with each event: after the first one only silence counts. */
  heard(): void {
    if (this.#heard) return;
    this.#heard = true;
    this.#arm(this.#limits.idleMs, this.#checkSilence);
  }

  /** The answer is complete: the provider has a moment left to end the body. */
  finish(): void {
    this.#arm(this.#limits.closeMs, this.#stop);
  }

  [Symbol.dispose](): void {
    this.#caller.removeEventListener("abort", this.#stop);
    clearTimeout(this.#timer);
  }

  async #send(url: string | URL | Request, init?: RequestInit): Promise<Response> {
    // A redirect could carry the key to another host.
    const response = fetch(url, { ...init, headers: this.#headers, redirect: "manual" });
    try {
      return await orAborted(response, this.signal);
    } catch (cause) {
      // If the abort did not reach it, it is answered later: nobody wants that any more.
      response.then((late) => late.body?.cancel()).catch(() => {});
      const error = new ModelError("transport", `HTTP error: ${rootMessage(cause)}`, { cause });
      throw this.#failure ??= error;
    }
  }

  /**
   * Hands the body on as it is asked for, so that a slow consumer does not look like silence. Ends
   * it itself on abort: see {@linkcode orAborted}.
   */
  #watch(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      onAbort(this.signal, (reason) => {
        controller.error(reason);
        // Rejects only when the body has failed of itself, and then the connection is gone too.
        reader.cancel(reason).catch(() => {});
      });
    };
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      this.#readingSince = performance.now();
      const { value, done } = await reader.read();
      this.#readingSince = null;
      if (done) controller.close();
      else controller.enqueue(value);
    };
    return new ReadableStream(
      { start, pull, cancel: (reason) => reader.cancel(reason) },
      { highWaterMark: 0 },
    );
  }

  #tell(label: string, data?: JsonObject): void {
    this.#trace({ kind: "lifecycle", label, ...(data && { data }) });
  }

  readonly #stop = (): void => {
    clearTimeout(this.#timer);
    this.#controller.abort();
  };

  readonly #checkSilence = (): void => {
    const { idleMs } = this.#limits;
    const silentMs = this.#readingSince === null ? 0 : performance.now() - this.#readingSince;
    if (silentMs >= idleMs) this.#expire("broken", "stream_idle", idleMs);
    else this.#arm(idleMs - silentMs, this.#checkSilence);
  };

  #arm(ms: number, onTimeout: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onTimeout, ms);
  }

  #expire(kind: ModelErrorKind, timer: string, ms: number): void {
    this.#failure = new ModelError(kind, `${timer} timed out after ${ms / 1000}s`);
    this.#stop();
  }
}

/**
 * The promise, or the reason of the abort if that comes first. `fetch` cannot be relied on for it:
 * it follows a signal derived from ours, which Deno holds only weakly, so that after a garbage
 * collection an abort no longer reaches the request.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    onAbort(signal, reject);
    promise.then(resolve, reject);
  });
}

/** The text of a body, or as much of it as anybody wants to know of an answer that is none. */
async function readSome(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  signal: AbortSignal,
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  try {
    for (let size = 0; size < LONGEST_ERROR_BYTES;) {
      const { value, done } = await orAborted(reader.read(), signal);
      if (done) break;
      chunks.push(value);
      size += value.length;
    }
  } catch (error) {
    // The beginning says more than that the rest did not come.
    if (chunks.length === 0) throw error;
  } finally {
    // Rejects only when the body has failed of itself, which is known by now.
    reader.cancel().catch(() => {});
  }
  return await new Blob(chunks).text();
}

/** Calls back with the reason, at once if the signal is aborted already. */
function onAbort(signal: AbortSignal, callback: (reason: unknown) => void): void {
  if (signal.aborted) return callback(signal.reason);
  signal.addEventListener("abort", () => callback(signal.reason), { once: true });
}

/** What happened is said by the innermost cause; around it stands only that a fetch failed. */
function rootMessage(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? rootMessage(error.cause)
    : messageOf(error);
}

type EventStreamResponse = Response & { readonly body: ReadableStream<Uint8Array> };

/** Some servers name the type of a stream wrongly, but never like this. */
function isEventStream(response: Response): response is EventStreamResponse {
  const type = response.headers.get("content-type") ?? "";
  return response.ok && response.body !== null && !/^(application\/json|text\/html)\b/.test(type);
}
