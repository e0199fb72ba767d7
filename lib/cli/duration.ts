import { PodError } from "../base/mod.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** What a timer can wait for. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The milliseconds of a duration such as `90`, `90s`, `10m`, `1h30m` or `250ms`; a bare number counts
 * seconds.
 *
 * @throws {PodError} `usage` if it is none, not above zero, or longer than 24 days.
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)];
  const whole = parts.map(([part]) => part).join("");
  const bareInside = parts.some(([, , unit]) => unit === undefined) && parts.length > 1;
  let ms = 0;
  for (const [, amount, unit = "s"] of parts) ms += Number(amount) * (UNIT_MS[unit] ?? 0);
  if (whole !== text.trim() || bareInside || !(ms > 0)) {
    throw new PodError("usage", `\`${text}\` is not a duration; write 90s, 10m or 1h30m`);
  }
  if (ms > LONGEST_MS) throw new PodError("usage", `\`${text}\` is too long; 24 days are the most`);
  return ms;
}
