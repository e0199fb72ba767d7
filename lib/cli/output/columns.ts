/** Lines of cells as a table: every column but the last is as wide as its widest cell. */
export function formatColumns(lines: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, cell.length));
  }
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}
