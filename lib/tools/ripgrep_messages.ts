import * as v from "valibot";
import { cutAtMatches, linesOf, type Span, type TextPart } from "./matched_lines.ts";
import {
  BINARY_PEEK_BYTES,
  type FileHits,
  type FoundLine,
  type SearchQuery,
} from "./search_engine.ts";

const LF = 10;

/** Text that `rg` gives as it is, or in base64 when it is not UTF-8. */
const rgText = v.object({ text: v.optional(v.string()), bytes: v.optional(v.string()) });
type RgText = v.InferOutput<typeof rgText>;

/** What there is of use in the messages of `rg --json`. */
const rgMessage = v.object({
  type: v.string(),
  data: v.object({
    path: v.optional(rgText),
    lines: v.optional(rgText),
    line_number: v.nullish(v.number()),
    submatches: v.optional(v.array(v.object({ start: v.number(), end: v.number() })), []),
    binary_offset: v.nullish(v.number()),
  }),
});

/** Makes hits of what `rg --json` writes, line by line. */
export class MessageReader {
  /** Whether `rg` got to its end; without that it has refused its arguments. */
  isComplete = false;
  readonly #query: SearchQuery;
  #matches = 0;
  #lines: FoundLine[] = [];

  constructor(query: SearchQuery) {
    this.#query = query;
  }

  /** @returns the hits of a file when they are complete. */
  read(line: string): FileHits | null {
    if (this.#onlyCounts && line.startsWith('{"type":"match"')) {
      this.#matches += 1;
      return null;
    }
    const { type, data } = v.parse(rgMessage, JSON.parse(line));
    if (type === "summary") this.isComplete = true;
    if (type === "match" || type === "context") {
      this.#add(data.lines ?? {}, data.line_number ?? 1, type === "match", data.submatches);
    }
    if (type !== "end") return null;
    const hits = { path: data.path?.text ?? "", matches: this.#matches, lines: this.#lines };
    this.#matches = 0;
    this.#lines = [];
    const isBinary = (data.binary_offset ?? Infinity) < BINARY_PEEK_BYTES;
    return isBinary ? null : hits;
  }

  /** There can be millions of matches then, which are not worth a look. */
  get #onlyCounts(): boolean {
    return !this.#query.keepLines && !this.#query.multiline;
  }

  #add(found: RgText, number: number, isMatch: boolean, spans: readonly Span[]): void {
    const text = found.text ?? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(found));
    if (!isMatch || !this.#query.multiline) {
      return this.#keep({ text: text.replace(/\n$/, ""), isMatch }, number);
    }
    // Matches on neighbouring lines come as one; their positions count bytes. An empty match at the
    // very end has none, so what no position is in is a match too.
    for (const part of cutAtMatches(linesOf(text), lineLengths(bytesOf(found)), spans)) {
      this.#keep({ text: part.text, isMatch }, number);
      number += part.text.split("\n").length;
    }
  }

  #keep({ text, isMatch }: TextPart, number: number): void {
    if (isMatch) this.#matches += 1;
    if (this.#query.keepLines) {
      this.#lines.push({ number, text: text.replace(/\r$/, ""), isMatch });
    }
  }
}

function bytesOf({ text = "", bytes }: RgText): Uint8Array {
  if (bytes === undefined) return new TextEncoder().encode(text);
  return Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
}

function lineLengths(text: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let start = 0; start < text.byteLength;) {
    const end = text.indexOf(LF, start);
    const next = end < 0 ? text.byteLength : end;
    lengths.push(next - start);
    start = next + 1;
  }
  return lengths;
}
