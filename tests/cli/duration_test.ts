import { equal, throws } from "../support/assert.ts";
import { parseDuration } from "../../lib/cli/duration.ts";

Deno.test("parseDuration reads units, sums and bare seconds", () => {
  const cases: [string, number][] = [
    ["90", 90_000],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["250ms", 250],
    ["1.5s", 1500],
    [" 5s ", 5000],
  ];
  for (const [text, ms] of cases) equal(parseDuration(text), ms, text);
});

Deno.test("parseDuration refuses what is no duration above zero", () => {
  for (const text of ["", "0", "0s", "-5s", "5x", "5 m", "m", "1h30", "30m5", "1e3", "ten"]) {
    throws(() => parseDuration(text), /is not a duration; write/, text);
  }
});

Deno.test("parseDuration refuses what no timer can wait for", () => {
  equal(parseDuration("24h"), 86_400_000);
  throws(() => parseDuration("1000h"), /`1000h` is too long/);
});
