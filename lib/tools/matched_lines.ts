import type { FoundLine } from "./search_engine.ts";

/** A part of a text, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A line between matches, or all lines of a match. */
export interface TextPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Some lines of a text, by their index. */
interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** The lines of a text without their LF; a final one does not begin another line. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/**
 * Cuts a text into matches and the lines between them. Matches that share a line are one; all others
 * stay apart, whichever engine found them.
 *
 * @param lines without their line ends.
 * @param lengths of these lines, in the unit in which the spans count.
 */
export function cutAtMatches(
  lines: readonly string[],
  lengths: readonly number[],
  spans: Iterable<Span>,
): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  const keepUpTo = (end: number) => {
    for (; done < end; done++) parts.push({ text: lines[done] ?? "", isMatch: false });
  };
  for (const { first, last } of lineRanges(lengths, spans)) {
    keepUpTo(first);
    parts.push({ text: lines.slice(first, last + 1).join("\n"), isMatch: true });
    done = last + 1;
  }
  keepUpTo(lines.length);
  return parts;
}

function lineRanges(lengths: readonly number[], spans: Iterable<Span>): LineRange[] {
  const ends: number[] = [];
  for (const length of lengths) ends.push((ends.at(-1) ?? 0) + length + 1);
  const ranges: LineRange[] = [];
  let line = 0;
  for (const { start, end } of spans) {
    while (line < ends.length && start >= (ends[line] ?? 0)) line += 1;
    // What matches nothing behind the last line end is in no line.
    if (line === ends.length) break;
    const first = line;
    while (line < ends.length - 1 && end > (ends[line] ?? 0)) line += 1;
    const previous = ranges.at(-1);
    if (previous === undefined || first > previous.last) ranges.push({ first, last: line });
    else ranges[ranges.length - 1] = { first: previous.first, last: line };
  }
  return ranges;
}

/** Which lines around a match are kept. */
export interface LineKeeping {
  readonly keepLines: boolean;
  readonly before: number;
  readonly after: number;
}

/** Takes the lines of a file one after the other; counts those that match and keeps what is near. */
export class LineCollector {
  matches = 0;
  readonly lines: FoundLine[] = [];
  readonly #keeping: LineKeeping;
  #number = 1;
  /** The last lines that are in no match's range yet. */
  #recent: string[] = [];
  #wantedAfter = 0;

  constructor(keeping: LineKeeping) {
    this.#keeping = keeping;
  }

  /** Whether the next line is wanted, match or not. */
  get isInContext(): boolean {
    return this.#wantedAfter > 0;
  }

  /** @param text without its line end; of a match, all its lines. */
  add(text: string, isMatch: boolean): void {
    const number = this.#number;
    this.#number += 1;
    if (isMatch) {
      this.matches += 1;
      if (!this.#keeping.keepLines) return;
      const firstRecent = number - this.#recent.length;
      this.#recent.forEach((line, index) => this.#keep(firstRecent + index, line, false));
      this.#recent = [];
      this.#keep(number, text, true);
      this.#number += text.split("\n").length - 1;
      this.#wantedAfter = this.#keeping.after;
    } else if (this.#wantedAfter > 0) {
      this.#keep(number, text, false);
      this.#wantedAfter -= 1;
    } else this.#remember([text]);
  }

  /** Steps over whole lines of which none matches and none is in context. */
  skip(text: string): void {
    if (!this.#keeping.keepLines) return;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#number += 1;
    this.#remember(lastLines(text, this.#keeping.before));
  }

  #remember(lines: readonly string[]): void {
    const { before } = this.#keeping;
    if (before > 0) this.#recent = [...this.#recent, ...lines].slice(-before);
  }

  #keep(number: number, text: string, isMatch: boolean): void {
    this.lines.push({ number, text: text.replace(/\r$/, ""), isMatch });
  }
}

/** At most `count` lines from the end of a text that ends with a line end. */
function lastLines(text: string, count: number): string[] {
  let start = text.length - 1;
  for (let found = 0; found < count && start >= 0; found++) {
    start = start === 0 ? -1 : text.lastIndexOf("\n", start - 1);
  }
  return count > 0 && text !== "" ? text.slice(start + 1, -1).split("\n") : [];
}
