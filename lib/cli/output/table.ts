/**
 * Lines of cells in columns that fit; the last cell of a line may be of any length.
 *
 * @param minimalWidths of the columns, where more lines are to come. @default none
 */
export function formatTable(
  lines: readonly (readonly string[])[],
  minimalWidths: readonly number[] = [],
): string {
  const columns = Math.max(...lines.map((line) => line.length - 1));
  const widths = Array.from(
    { length: columns },
    (_, column) =>
      Math.max(minimalWidths[column] ?? 0, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const format = (line: readonly string[]) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  return lines.map((line) => `${format(line)}\n`).join("");
}
