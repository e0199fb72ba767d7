import { numberLines, splitLines } from "./lines.ts";

/** Files are searched for something similar up to this line. */
const MAX_COMPARED_LINES = 20_000;
const MAX_SHOWN_LINES = 10;
/** From which share of common words on two lines are called similar. */
const MIN_SIMILARITY = 0.5;

/**
 * The numbered lines of `text` that are most like `wanted`, which is not in it; empty when none are.
 * Found by the first line of `wanted` that has words in it.
 */
export function nearestLines(text: string, wanted: string): string {
  const wantedLines = splitLines(wanted);
  const keyIndex = wantedLines.findIndex((line) => line.trim() !== "");
  const key = wordsOf(wantedLines[keyIndex] ?? "");
  const lines = splitLines(text).slice(0, MAX_COMPARED_LINES);
  const scores = lines.map((line) => similarity(key, wordsOf(line)));
  const best = scores.reduce((top, score, index) => score > (scores[top] ?? 0) ? index : top, 0);
  if ((scores[best] ?? 0) < MIN_SIMILARITY) return "";
  const first = Math.max(0, best - keyIndex);
  const count = Math.min(wantedLines.length, MAX_SHOWN_LINES);
  return numberLines(lines.slice(first, first + count), first + 1);
}

/** Words and single marks. */
function wordsOf(line: string): ReadonlySet<string> {
  return new Set(line.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu));
}

/** Twice what both have, over what each has: 0 to 1. */
function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((word) => b.has(word)).length;
  return common === 0 ? 0 : 2 * common / (a.size + b.size);
}
