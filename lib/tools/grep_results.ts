import { clipLine } from "./clip_line.ts";
import type { FileHits, FoundLine } from "./search_engine.ts";

/** How results are shown, in the words of the model. */
export interface GrepView {
  readonly mode: "files_with_matches" | "content" | "count";
  readonly lineNumbers: boolean;
  /** Lines around a match. */
  readonly before: number;
  readonly after: number;
  /** Entries to pass over, then entries to show: files, or matches in content mode. */
  readonly offset: number;
  readonly limit: number;
}

/** Collects what is found, file after file, as the text of a result (spec 50 §4.5). */
export class GrepResults {
  readonly #view: GrepView;
  readonly #output: string[] = [];
  /** Entries found so far, those that are passed over included. */
  #entries = 0;
  #files = 0;
  #matches = 0;
  /** The last line shown: what follows it directly needs no separator. */
  #shown: { path: string; number: number } | undefined;

  constructor(view: GrepView) {
    this.#view = view;
  }

  /** Whether there is more than may be shown, so that no more need be found. */
  get isTruncated(): boolean {
    return this.#entries > this.#view.offset + this.#view.limit;
  }

  /** @param path as it is to be shown. */
  add(path: string, hits: FileHits): void {
    if (this.#view.mode === "content") return this.#addLines(path, hits.lines);
    if (!this.#takeEntry()) return;
    this.#files += 1;
    this.#matches += hits.matches;
    this.#output.push(this.#view.mode === "count" ? `${path}:${hits.matches}` : path);
  }

  get summary(): string {
    const { mode, limit } = this.#view;
    if (this.#files === 0) return mode === "content" ? "No matches" : "No files matched";
    const found = {
      files_with_matches: `Found matches in ${this.#files} file(s)`,
      count: `Found matches in ${this.#files} file(s), ${this.#matches} total line(s)`,
      content: `${this.#matches} matching line(s) in ${this.#files} file(s)`,
    };
    return found[mode] + (this.isTruncated ? ` (truncated at ${limit})` : "");
  }

  get content(): string | undefined {
    return this.#output.length === 0 ? undefined : `${this.#output.join("\n")}\n`;
  }

  /** Counts an entry. @returns whether it is one to show. */
  #takeEntry(): boolean {
    this.#entries += 1;
    return this.#entries > this.#view.offset && !this.isTruncated;
  }

  /** A match that is not shown takes the lines around it along, and ends those of its neighbours. */
  #addLines(path: string, lines: readonly FoundLine[]): void {
    const { before, after } = this.#view;
    const filesBefore = this.#files;
    let waiting: FoundLine[] = [];
    let lastMatchEnd = -Infinity;
    for (const line of lines) {
      if (!line.isMatch) {
        if (line.number <= lastMatchEnd + after) this.#show(path, line);
        else waiting.push(line);
        continue;
      }
      const isShown = this.#takeEntry();
      if (this.isTruncated) return;
      lastMatchEnd = isShown ? endOf(line) : -Infinity;
      if (isShown) {
        this.#files = filesBefore + 1;
        this.#matches += 1;
        for (const near of waiting) if (near.number >= line.number - before) this.#show(path, near);
        this.#show(path, line);
      }
      waiting = [];
    }
  }

  #show(path: string, line: FoundLine): void {
    const { lineNumbers, before, after } = this.#view;
    const last = this.#shown;
    const follows = last?.path === path && last.number + 1 === line.number;
    if (before + after > 0 && last !== undefined && !follows) this.#output.push("--");
    const mark = line.isMatch ? ":" : "-";
    const number = lineNumbers ? `${line.number}${mark}` : "";
    const text = line.text.split("\n").map(clipLine).join("\n");
    this.#output.push(`${path}${mark}${number}${text}`);
    this.#shown = { path, number: endOf(line) };
  }
}

function endOf({ number, text }: FoundLine): number {
  return number + text.split("\n").length - 1;
}
