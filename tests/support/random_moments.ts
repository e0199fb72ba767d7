import fc from "fast-check";

/** A point of a run: so long after so many of its steps. */
export interface Moment {
  readonly steps: number;
  readonly waitMs: number;
}

/**
 * Moments at equal distances in time, each moved at random within its part, from shortly before the first
 * step on; the same for the same seed.
 *
 * @param times when each step of an undisturbed run came, in milliseconds after its start; begins with 0
 */
export function randomMoments(seed: number, count: number, times: readonly number[]): Moment[] {
  const [, firstStepMs = 0] = times;
  const startMs = firstStepMs * 0.8;
  const partMs = ((times.at(-1) ?? 0) - startMs) / count;
  return randomParts(seed, count).map((part) => {
    const atMs = startMs + part * partMs;
    const steps = times.findLastIndex((time) => time <= atMs);
    return { steps, waitMs: atMs - (times[steps] ?? 0) };
  });
}

/** The same, but at equal distances in steps: what is over in no time is hit as often as what takes long. */
export function randomStepMoments(seed: number, count: number, times: readonly number[]): Moment[] {
  const partSteps = (times.length - 1) / count;
  return randomParts(seed, count).map((part) => {
    const steps = Math.floor(part * partSteps);
    const [from = 0, to = from] = times.slice(steps);
    return { steps, waitMs: (part * partSteps - steps) * (to - from) };
  });
}

/** A number between 0 and 1, one between 1 and 2, and so on. */
function randomParts(seed: number, count: number): number[] {
  const thousandths = fc.noBias(fc.integer({ min: 0, max: 999 }));
  return fc.sample(thousandths, { seed, numRuns: count }).map((part, index) => index + part / 1000);
}

/** The seed of a run, to be repeated with `POD_KILL_SEED`. */
export function killSeed(): number {
  return Number(Deno.env.get("POD_KILL_SEED") ?? Date.now() % 1_000_000);
}
