/** A text has about one token for so many bytes; the rule where nothing has been measured. */
export const BYTES_PER_TOKEN = 4;

/** What a provider said that a request came to. */
export interface Measurement {
  /** Number of items in the request. */
  readonly length: number;
  /** Their size in bytes, as they were sent. */
  readonly bytes: number;
  /** The whole prompt: system prompt, tools and cached parts included. */
  readonly tokens: number;
}

/** How many tokens a part of the history takes, and how that is known. */
export interface TokenEstimate {
  readonly tokens: number;
  readonly source: "measured" | "interpolated" | "extrapolated" | "no_data";
}

/** The tokens of a text that no provider has measured. */
export function textTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/**
 * Estimates the tokens of the first `length` items of a history (spec 40 §7). There is no tokenizer:
 * what providers report is the truth, and sizes in bytes stand for what lies between and beyond.
 *
 * @param bytesOf the size of the first so many items, as they would be sent now
 * @param measurements of ever more items; of equals the newest comes last
 */
export function estimateTokens(
  length: number,
  bytesOf: (length: number) => number,
  measurements: readonly Measurement[],
): TokenEstimate {
  const bytes = bytesOf(length);
  if (length === 0) return { tokens: 0, source: "measured" };
  if (measurements.length === 0) {
    return { tokens: Math.floor(bytes / BYTES_PER_TOKEN), source: "no_data" };
  }
  const next = countUpTo(length, measurements);
  const below = measurements[next - 1];
  const above = measurements[next];
  if (below?.length === length && below.bytes === bytes) {
    return { tokens: below.tokens, source: "measured" };
  }
  if (below !== undefined && above !== undefined) {
    return { tokens: between(bytes, below, above), source: "interpolated" };
  }
  if (below !== undefined) {
    const added = Math.trunc((bytes - below.bytes) / BYTES_PER_TOKEN);
    return { tokens: Math.max(0, below.tokens + added), source: "extrapolated" };
  }
  const { tokens = 0, bytes: whole = 0 } = above ?? {};
  return { tokens: whole === 0 ? 0 : Math.floor(bytes * tokens / whole), source: "interpolated" };
}

/** How many measurements are of at most `length` items. */
function countUpTo(length: number, measurements: readonly Measurement[]): number {
  // By halves: a long session has thousands, and each item near its end is asked about before a request.
  let [from, to] = [0, measurements.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((measurements[middle]?.length ?? 0) <= length) from = middle + 1;
    else to = middle;
  }
  return from;
}

function between(bytes: number, below: Measurement, above: Measurement): number {
  const byteSpan = above.bytes - below.bytes;
  const tokenSpan = above.tokens - below.tokens;
  if (byteSpan <= 0 || tokenSpan <= 0) return below.tokens;
  const added = Math.floor((bytes - below.bytes) * tokenSpan / byteSpan);
  return below.tokens + Math.max(0, added);
}
