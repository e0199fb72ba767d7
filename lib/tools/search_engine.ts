import type { Pace } from "./pace.ts";
import type { SearchPattern } from "./search_pattern.ts";

/** What to look for in every file. */
export interface SearchQuery {
  readonly pattern: SearchPattern;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  /** Whether the lines themselves are wanted, or only their number. */
  readonly keepLines: boolean;
  /** How many lines around a match are wanted. */
  readonly before: number;
  readonly after: number;
  /** After so many matches the rest of a file need not be searched. */
  readonly maxMatches: number;
}

/** A line that matches, or one near it. */
export interface FoundLine {
  /** Of the first line, counted from 1. */
  readonly number: number;
  /** Without its line end. A match that spans lines is one entry with all of them. */
  readonly text: string;
  readonly isMatch: boolean;
}

/** A file in which something matches. */
export interface FileHits {
  readonly path: string;
  readonly matches: number;
  /** In order; empty unless lines were wanted. */
  readonly lines: readonly FoundLine[];
}

/** A query and the files to search. */
export interface SearchJob {
  readonly query: SearchQuery;
  /** Canonical paths of regular files. */
  readonly paths: AsyncIterable<string>;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Told of files that cannot be searched; nothing else comes of them. */
  readonly onSkipped: (path: string) => void;
}

/**
 * Searches files, and gives those with matches in the order in which it got them. Files that look
 * binary are passed over: those with a NUL among their first {@link BINARY_PEEK_BYTES} bytes.
 */
export type SearchEngine = (job: SearchJob) => AsyncGenerator<FileHits>;

export const BINARY_PEEK_BYTES = 8192;
