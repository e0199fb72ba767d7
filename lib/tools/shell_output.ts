import { ToolError } from "../agent/mod.ts";
import { messageOf, newId, printable } from "../base/mod.ts";
import { clipLine } from "./clip_line.ts";

/** Output up to this size is shown whole. */
const INLINE_BYTES = 12_288;
const SHOWN_LINES = 80;
/** Of longer output so much of the end is kept in memory, for its lines to be counted and shown. */
const TAIL_BYTES = 262_144;
/** What is shown stays below the general limit of tool output, which would cut off its end. */
const SHOWN_LENGTH = 48 * 1024;
/** More is not written to disk. */
const SPILL_BYTES = 64 * 1024 * 1024;

const LINE_END = 10;

/**
 * The output of one command as it comes in: the end of it in memory, all of it in a file once it is
 * too long to be shown.
 */
export class ShellOutput {
  readonly #directory: string;
  #file: Deno.FsFile | null = null;
  #path: string | null = null;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #bytes = 0;
  #spilledBytes = 0;
  /** Output comes in outside of any call that could fail, so a full disk is kept for later. */
  #failure: ToolError | null = null;

  /** @param directory where files go; it is made when the first one is. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The file with all output, when there is one. */
  get path(): string | null {
    return this.#path;
  }

  /** Takes the next piece. */
  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    this.#tail.push(chunk);
    this.#tailBytes += chunk.byteLength;
    if (this.#bytes > INLINE_BYTES) this.#spill();
    for (let first = this.#tail[0]; first !== undefined; first = this.#tail[0]) {
      if (this.#tailBytes - first.byteLength < TAIL_BYTES) return;
      this.#tail.shift();
      this.#tailBytes -= first.byteLength;
    }
  }

  /**
   * What the model is shown (spec 50 §5.3); undefined when nothing was printed.
   *
   * @throws {ToolError} when the output should be in a file and could not be written.
   */
  content(timedOut: boolean): string | undefined {
    if (this.#bytes === 0) return undefined;
    const lines = this.#lines();
    if (!timedOut && this.#bytes <= INLINE_BYTES && lines.length <= SHOWN_LINES) {
      return this.#shown(lines, lines.length).text;
    }
    this.#spill();
    if (this.#failure !== null) throw this.#failure;
    const { text, count } = this.#shown(lines, SHOWN_LINES);
    return `${this.#heading(timedOut, lines.length, count)}\n${text}`;
  }

  /** Ends the writing. The file stays. */
  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #heading(timedOut: boolean, lineCount: number, shown: number): string {
    const capped = this.#spilledBytes < this.#bytes;
    const where = capped ? `the first ${this.#spilledBytes} bytes at ${this.#path}` : null;
    if (timedOut) return `[partial output before timeout — ${where ?? `full at ${this.#path}`}]`;
    if (this.#bytes > TAIL_BYTES) {
      const what = `last ${shown} lines (tail of ${this.#bytes}-byte output)`;
      return `[showing ${what} — ${where ?? `full at ${this.#path}`}]`;
    }
    return `[showing last ${shown} of ${lineCount} lines — ` +
      `full output (${this.#bytes} bytes) at ${this.#path}]`;
  }

  /** The lines of what is in memory, as they came. */
  #lines(): string[] {
    const bytes = new Uint8Array(this.#tailBytes);
    let offset = 0;
    for (const chunk of this.#tail) {
      bytes.set(chunk, offset);
      offset += chunk.byteLength;
    }
    const lines = new TextDecoder().decode(bytes.subarray(-TAIL_BYTES)).split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** The last lines in a readable form, and how many could be shown. */
  #shown(lines: readonly string[], wanted: number): { text: string; count: number } {
    const shown: string[] = [];
    let length = 0;
    for (const line of lines.slice(-wanted).reverse()) {
      const readable = clipLine(printable(withoutOverwritten(line)));
      length += readable.length + 1;
      if (length > SHOWN_LENGTH) break;
      shown.unshift(readable);
    }
    const complete = shown.length === Math.min(wanted, lines.length);
    const end = this.#tail.at(-1)?.at(-1) === LINE_END ? "\n" : "";
    return { text: shown.join("\n") + end, count: complete ? wanted : shown.length };
  }

  /** Brings the file up to date. */
  #spill(): void {
    if (this.#failure !== null) return;
    try {
      this.#file ??= this.#createFile();
      for (const chunk of this.#unspilled()) this.#writeAll(chunk);
    } catch (error) {
      const message = `persist output tempfile: ${messageOf(error)}`;
      this.#failure = new ToolError("Internal error", message, { cause: error });
    }
  }

  #createFile(): Deno.FsFile {
    Deno.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#path = `${this.#directory}/bash-${newId().slice(-6)}.log`;
    return Deno.openSync(this.#path, { write: true, createNew: true, mode: 0o600 });
  }

  /** What is in memory and not yet in the file: all of it at first, the newest piece later. */
  #unspilled(): Uint8Array[] {
    let missing = Math.min(this.#bytes, SPILL_BYTES) - this.#spilledBytes;
    const kept = this.#bytes - this.#tailBytes;
    let offset = this.#spilledBytes - kept;
    const chunks: Uint8Array[] = [];
    for (const chunk of this.#tail) {
      const piece = chunk.subarray(Math.max(0, offset)).subarray(0, missing);
      offset -= chunk.byteLength;
      if (offset >= 0 || piece.byteLength === 0) continue;
      missing -= piece.byteLength;
      chunks.push(piece);
    }
    return chunks;
  }

  #writeAll(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.byteLength;) {
      const written = this.#file?.writeSync(bytes.subarray(offset)) ?? 0;
      offset += written;
      this.#spilledBytes += written;
    }
  }
}

/** What is left to see of a line that was written over itself, as progress bars are. */
function withoutOverwritten(line: string): string {
  const visible = line.replace(/\r+$/, "");
  return visible.slice(visible.lastIndexOf("\r") + 1);
}
