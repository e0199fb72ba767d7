const LF = 10;

/** How much of a file a slice keeps at most: far more than is ever shown, and bounded. */
const MAX_SLICE_BYTES = 4 * 1024 * 1024;

/** Some lines of a file, and how many it has in all. */
export interface LineSlice {
  /** Without line ends. */
  readonly lines: readonly string[];
  readonly total: number;
}

/**
 * Takes a file block by block, counts its lines and keeps those of a slice (spec 50 §4.1). Lines end
 * at LF, a CR before it is not shown; bytes that are not UTF-8 become U+FFFD; a byte order mark is
 * left out. A slice that gets too large ends early, if need be inside a line.
 */
export class LineSlicer {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #offset: number;
  readonly #limit: number;
  readonly #lines: string[] = [];
  #total = 0;
  #roomBytes = MAX_SLICE_BYTES;
  /** Whether a line has begun that has not ended yet, and what is kept of it. */
  #isInLine = false;
  #line = "";

  constructor(offset: number, limit: number) {
    this.#offset = offset;
    this.#limit = limit;
  }

  add(block: Uint8Array): void {
    for (let start = 0; start < block.byteLength;) {
      const end = block.indexOf(LF, start);
      this.#extendLine(block.subarray(start, end < 0 ? block.byteLength : end));
      if (end < 0) return;
      this.#line = this.#line.replace(/\r$/, "");
      this.#endLine();
      start = end + 1;
    }
  }

  finish(): LineSlice {
    if (this.#isInLine) this.#endLine();
    return { lines: this.#lines, total: this.#total };
  }

  #extendLine(bytes: Uint8Array): void {
    this.#isInLine = true;
    if (!this.#isWanted) return;
    const kept = bytes.subarray(0, this.#roomBytes);
    this.#roomBytes -= kept.byteLength;
    this.#line += this.#decoder.decode(kept, { stream: true });
  }

  #endLine(): void {
    if (this.#isWanted || this.#line !== "") {
      const text = this.#line + this.#decoder.decode();
      this.#lines.push(this.#total === 0 ? text.replace(/^\uFEFF/, "") : text);
    }
    this.#total += 1;
    this.#isInLine = false;
    this.#line = "";
  }

  get #isWanted(): boolean {
    return this.#total >= this.#offset && this.#lines.length < this.#limit && this.#roomBytes > 0;
  }
}

/** Lines as the model sees them: a number in six columns, a tab, the text. */
export function numberLines(lines: readonly string[], firstNumber: number): string {
  return lines.map((line, index) => `${String(firstNumber + index).padStart(6)}\t${line}\n`).join(
    "",
  );
}

/** The lines of a text without their ends; a final line end does not begin another line. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The index of the line in which a position of the text lies. */
export function lineIndexAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length - 1;
}
