import { messageOf } from "../base/mod.ts";
import type { StopReason } from "../protocol/mod.ts";
import { endedEarly, shortened } from "./call_error.ts";
import { type CallLimits, HttpCall } from "./http.ts";
import { ModelError, type ModelEvent } from "./model.ts";
import { passedOver, type Trace } from "./trace.ts";

/** Turns the events of one wire scheme into model events; one reader reads one stream. */
export interface EventReader<Wire> {
  /** Set once the provider has said that the answer is complete. */
  readonly stopReason: StopReason | undefined;
  /**
   * Appends to `out` what `event` means.
   *
   * @throws {ModelError} when it means that the answer has failed; what is in `out` counts all the same.
   */
  read(event: Wire, out: ModelEvent[]): void;
}

/** What is particular to one wire scheme about a call. */
export interface EventSource<Wire> {
  readonly headers: Headers;
  readonly limits: CallLimits;
  readonly reader: EventReader<Wire>;
  readonly trace?: Trace;
  /** For the trace. */
  readonly scheme: string;
  /** Sends the request through `call` and gives an iterator of parsed events. */
  open(call: HttpCall): PromiseLike<AsyncIterable<Wire>>;
  /** Must not be repeated in an error: some providers quote the key that they refuse. */
  readonly secret: string | null;
  /** The error text for data that is not JSON. */
  unreadable(detail: string): string;
}

/**
 * Reads one stream to its end. What comes after the end of the answer cannot spoil it: an error
 * there is of no interest any more.
 *
 * @throws {ModelError} when the answer did not come to its end, unless `signal` was aborted.
 */
export async function* readStream<Wire>(
  source: EventSource<Wire>,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  if (signal.aborted) return;
  const { reader } = source;
  const out: ModelEvent[] = [];
  using call = new HttpCall(source.headers, source.limits, signal, source.trace);
  try {
    for await (const event of await source.open(call)) {
      if (signal.aborted) return;
      call.heard();
      reader.read(event, out);
      if (out.length === 0 && reader.stopReason === undefined) tracePassedOver(event, source);
      for (const result of out) yield result;
      out.length = 0;
      if (reader.stopReason !== undefined) call.finish();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (reader.stopReason === undefined) {
      // What the reader had read before it failed: usage above all, which was spent.
      yield* out;
      throw presentable(call.failure ?? toModelError(error, source), source.secret);
    }
  }
  if (signal.aborted) return;
  if (reader.stopReason === undefined) {
    throw presentable(call.failure ?? endedEarly(), source.secret);
  }
  yield { type: "stop", reason: reader.stopReason };
}

function tracePassedOver<Wire>(event: Wire, { trace, scheme, secret }: EventSource<Wire>): void {
  trace?.(passedOver(scheme, event, (text) => withoutSecret(text, secret)));
}

function withoutSecret(text: string, secret: string | null): string {
  return secret ? text.replaceAll(secret, "[key]") : text;
}

/**
 * The same error as people and logs may see it: without the secret, and no longer than anybody reads. It
 * has no cause if that might say more.
 */
function presentable(error: ModelError, secret: string | null): ModelError {
  const message = shortened(withoutSecret(error.message, secret));
  if (message === error.message) return error;
  const { kind, status, apiCode, retryAfterMs } = error;
  return new ModelError(kind, message, {
    status,
    apiCode: apiCode && withoutSecret(apiCode, secret),
    retryAfterMs,
  });
}

function toModelError<Wire>(error: unknown, source: EventSource<Wire>): ModelError {
  if (error instanceof ModelError) return error;
  const detail = messageOf(error);
  const garbled = error instanceof SyntaxError;
  const text = garbled ? source.unreadable(detail) : `SSE parse error: ${detail}`;
  return new ModelError("broken", text, { cause: error });
}
