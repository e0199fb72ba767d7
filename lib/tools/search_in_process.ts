import type { RE2JS } from "re2js";
import { cutAtMatches, LineCollector, linesOf, type Span } from "./matched_lines.ts";
import type { Pace } from "./pace.ts";
import type { FileHits, SearchJob, SearchQuery } from "./search_engine.ts";
import { PieceTooLongError, readPieces } from "./text_pieces.ts";
import { isSystemError } from "./system_error.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * The search engine that needs no other program. Reads synchronously, which is faster than many reads
 * at once, and rests in between (spec 90 §8). Files in which a line, or with `multiline` the whole
 * text, has more than 64 Mi characters are skipped.
 */
export async function* searchInProcess(job: SearchJob): AsyncGenerator<FileHits> {
  const { query, paths, pace, onSkipped } = job;
  const buffer = new Uint8Array(CHUNK_BYTES);
  for await (const path of paths) {
    const found = await searchFile(path, { query, pace, buffer });
    if (found === null) onSkipped(path);
    else if (found.matches > 0) yield { path, matches: found.matches, lines: found.lines };
  }
}

interface FileSearch {
  readonly query: SearchQuery;
  readonly pace: Pace;
  readonly buffer: Uint8Array;
}

/** @returns null when the file cannot be searched. */
async function searchFile(path: string, { query, pace, buffer }: FileSearch) {
  const collector = new LineCollector(query);
  try {
    using file = Deno.openSync(path);
    for (const piece of readPieces(file, buffer, query.multiline)) {
      if (query.multiline) await addMatches(piece, query.pattern.regex, collector, pace);
      else addLines(piece, query.pattern.regex, collector, query.maxMatches);
      if (pace.isDue) await pace.rest();
      if (collector.matches >= query.maxMatches) break;
    }
    return collector;
  } catch (error) {
    // Gone since it was listed.
    if (error instanceof Deno.errors.NotFound) return collector;
    if (error instanceof PieceTooLongError) return null;
    if (isSystemError(error)) return null;
    throw error;
  }
}

function addLines(piece: string, regex: RE2JS, collector: LineCollector, maxMatches: number): void {
  if (!collector.isInContext && !regex.test(piece)) return collector.skip(piece);
  for (const line of linesOf(piece)) {
    collector.add(line, regex.test(line));
    if (collector.matches >= maxMatches) return;
  }
}

async function addMatches(
  text: string,
  regex: RE2JS,
  collector: LineCollector,
  pace: Pace,
): Promise<void> {
  if (!regex.test(text)) return;
  const spans: Span[] = [];
  const matcher = regex.matcher(text);
  while (matcher.find()) {
    spans.push({ start: matcher.start(), end: matcher.end() });
    if (pace.isDue) await pace.rest();
  }
  const lines = linesOf(text);
  const lengths = lines.map((line) => line.length);
  for (const part of cutAtMatches(lines, lengths, spans)) collector.add(part.text, part.isMatch);
}
