import { toJsonText } from "../base/mod.ts";
import type { Event } from "../protocol/mod.ts";

const PAGE_BYTES = 64 * 1024;
const MAX_SHARED_BYTES = PAGE_BYTES / 4;
const MAX_BYTES_PER_CODE_UNIT = 3;

const encoder = new TextEncoder();

/**
 * Turns events into frames: the bytes of one line each, which all clients share and nobody changes. Small
 * frames lie one behind the other in pages, so that those in a queue mostly form one piece of memory, and
 * a hundred thousand of them take no more than their bytes.
 */
export class FrameEncoder {
  /** The unused rest of the current page. */
  #room = new Uint8Array(0);

  /** The frame of an event; one that is JSON already is given as text. */
  encode(event: Event | string): Uint8Array {
    const line = `${typeof event === "string" ? event : toJsonText(event)}\n`;
    const maxBytes = line.length * MAX_BYTES_PER_CODE_UNIT;
    if (maxBytes > MAX_SHARED_BYTES) return encoder.encode(line);
    if (maxBytes > this.#room.byteLength) this.#room = new Uint8Array(PAGE_BYTES);
    const { written } = encoder.encodeInto(line, this.#room);
    const frame = this.#room.subarray(0, written);
    this.#room = this.#room.subarray(written);
    return frame;
  }
}
