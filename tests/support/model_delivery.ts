import { sleep } from "../../lib/base/mod.ts";

/** How an event stream is put on the wire, and what goes wrong with it there. */
export interface Delivery {
  /** All in one piece, frame by frame, or in pieces of so many bytes. @default "event" */
  readonly chunking?: "whole" | "event" | number;
  /** Go silent after so many frames: for `stallMs`, or for ever. */
  readonly stallAfterEvents?: number;
  readonly stallMs?: number;
  /** While silent, send the ping of the wire format that often. */
  readonly pingEveryMs?: number;
  /** End after so many frames or bytes, in the way that `cut` says. */
  readonly cutAfterEvents?: number;
  readonly cutAfterBytes?: number;
  /** `broken`: the connection is dropped; `clean`: the body ends properly. @default "broken" */
  readonly cut?: "broken" | "clean";
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const encoder = new TextEncoder();

/** Headers of a body that ends before its time: the server drops the connection then. */
const TOO_LONG = { "content-length": `${2 ** 40}` };

/** The headers that make the end of the stream what `delivery` wants it to be. */
export function deliveryHeaders(
  { cutAfterEvents, cutAfterBytes, cut = "broken" }: Delivery,
): Record<string, string> {
  const isCut = (cutAfterEvents ?? cutAfterBytes) !== undefined;
  return isCut && cut === "broken" ? TOO_LONG : {};
}

/** The body that delivers `frames`; `over` is told how it ended. */
export function deliver(
  frames: readonly string[],
  delivery: Delivery,
  ping: string,
  over: (how: "sent" | "left") => void,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const pieces = inPieces(frames, delivery, ping, left.signal);
  let room = delivery.cutAfterBytes ?? Infinity;
  return new ReadableStream({
    async pull(controller) {
      const { value } = room > 0 ? await pieces.next() : { value: undefined };
      if (left.signal.aborted) return;
      if (value !== undefined) {
        const piece = value.subarray(0, room);
        room -= piece.length;
        return controller.enqueue(piece);
      }
      over("sent");
      controller.close();
    },
    cancel() {
      left.abort();
      over("left");
    },
  }, { highWaterMark: 0 });
}

async function* inPieces(
  frames: readonly string[],
  delivery: Delivery,
  ping: string,
  left: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { chunking = "event", cutAfterEvents, stallAfterEvents = Infinity } = delivery;
  const kept = frames.slice(0, cutAfterEvents);
  yield* split(kept.slice(0, stallAfterEvents), chunking);
  if (stallAfterEvents <= kept.length) yield* silence(delivery, ping, left);
  yield* split(kept.slice(stallAfterEvents), chunking);
}

async function* silence(
  { stallMs = Infinity, pingEveryMs }: Delivery,
  ping: string,
  left: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const endsAt = performance.now() + stallMs;
  while (performance.now() < endsAt && !left.aborted) {
    await sleep(Math.min(pingEveryMs ?? stallMs, LONGEST_TIMER_MS), left);
    if (pingEveryMs !== undefined) yield encoder.encode(ping);
  }
}

function* split(
  frames: readonly string[],
  chunking: "whole" | "event" | number,
): Generator<Uint8Array> {
  if (chunking === "event") {
    for (const frame of frames) yield encoder.encode(frame);
    return;
  }
  const bytes = encoder.encode(frames.join(""));
  const size = chunking === "whole" ? bytes.length : chunking;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
