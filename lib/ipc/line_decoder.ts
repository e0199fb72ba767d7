import { messageOf, PodError } from "../base/mod.ts";

const INITIAL_BYTES = 4 * 1024;
const NEWLINE = 10;
const NOTHING = new Uint8Array(0);

/** A line that cannot be read: over the limit (`too_long`), or not UTF-8 (`not_utf8`). */
export class LineError extends PodError {
  override readonly name = "LineError";
}

/** A line without its newline, or what is wrong with it. */
export type Line = string | LineError;

/**
 * Turns bytes that arrive in chunks into lines; blank ones are left out (spec 10 §1.2). A bad line is an
 * error in its place and does no harm to the next; one of more than `maxBytes` is not kept in memory.
 */
export class LineDecoder {
  readonly #maxBytes: number;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** Holds the beginning of a line whose end has not come. */
  #buffer: Uint8Array = NOTHING;
  /** How long that beginning is, kept or not. */
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this chunk. */
  decode(chunk: Uint8Array): Line[] {
    const firstEnd = chunk.indexOf(NEWLINE);
    if (firstEnd < 0) {
      this.#keep(chunk);
      return [];
    }
    const lastEnd = chunk.lastIndexOf(NEWLINE);
    const lines = [this.#complete(chunk.subarray(0, firstEnd))];
    if (lastEnd > firstEnd) lines.push(...this.#decodeBlock(chunk.subarray(firstEnd + 1, lastEnd)));
    this.#keep(chunk.subarray(lastEnd + 1));
    return lines.filter(isNotBlank);
  }

  /** What follows the last newline, at the end of the data. */
  finish(): Line[] {
    return [this.#complete(NOTHING)].filter(isNotBlank);
  }

  #keep(part: Uint8Array): void {
    const start = this.#length;
    this.#length += part.byteLength;
    if (this.#length > this.#maxBytes) {
      this.#buffer = NOTHING;
      return;
    }
    if (this.#length > this.#buffer.byteLength) this.#grow();
    this.#buffer.set(part, start);
  }

  /** Twice as large each time, so that a line of many small parts is copied only a few times. */
  #grow(): void {
    const size = Math.max(INITIAL_BYTES, this.#length, this.#buffer.byteLength * 2);
    const larger = new Uint8Array(size);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }

  /** The line whose beginning was kept and whose end is `part`. */
  #complete(part: Uint8Array): Line {
    if (this.#length === 0) return this.#decode(part);
    this.#keep(part);
    const line = this.#length > this.#maxBytes
      ? this.#tooLong()
      : this.#decode(this.#buffer.subarray(0, this.#length));
    this.#buffer = NOTHING;
    this.#length = 0;
    return line;
  }

  /** Many lines are decoded in one go, which costs a tenth; one by one only if one of them is bad. */
  #decodeBlock(block: Uint8Array): Line[] {
    const text = this.#decode(block);
    if (typeof text === "string") return text.split("\n");
    return Array.from(linesOf(block), (line) => this.#decode(line));
  }

  #decode(bytes: Uint8Array): Line {
    if (bytes.byteLength > this.#maxBytes) return this.#tooLong();
    try {
      return this.#utf8.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return new LineError("not_utf8", `line is not UTF-8: ${messageOf(error)}`, { cause: error });
    }
  }

  #tooLong(): LineError {
    return new LineError("too_long", `line of more than ${this.#maxBytes} bytes`);
  }
}

function* linesOf(block: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
    yield block.subarray(start, end);
    start = end + 1;
  }
  yield block.subarray(start);
}

function isNotBlank(line: Line): boolean {
  return line instanceof LineError || line.trim() !== "";
}
