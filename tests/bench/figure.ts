/** One measured figure and what it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same measure of the thing compared with, in the same run. */
  readonly base: number;
  /** The ratio that we want to stay below. */
  readonly goal: number;
}

/** Figures as a table, a line each. */
export function formatFigures(figures: readonly Figure[]): string {
  return figures.map(({ name, value, unit, base, goal }) => {
    const ratio = value / base;
    const verdict = ratio <= goal ? "ok" : "OVER";
    return [
      name.padEnd(52),
      `${value.toFixed(1)} ${unit}`.padStart(12),
      `base ${base.toFixed(1)}`.padStart(14),
      `ratio ${ratio.toFixed(2)}`.padStart(12),
      `goal ${goal.toFixed(1)}`.padStart(10),
      verdict,
    ].join("  ");
  }).join("\n");
}
