const MAX_LINE_LENGTH = 2000;
const KEPT_AT_EACH_END = 950;

/** A line, or of a very long one its beginning and its end. */
export function clipLine(line: string): string {
  if (line.length <= MAX_LINE_LENGTH) return line;
  const left = line.slice(0, KEPT_AT_EACH_END).toWellFormed();
  const right = line.slice(-KEPT_AT_EACH_END).toWellFormed();
  const dropped = line.length - 2 * KEPT_AT_EACH_END;
  return `${left} […${dropped} characters left out…] ${right}`;
}
