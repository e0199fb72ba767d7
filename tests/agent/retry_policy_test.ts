import { DEFAULT_RETRY_POLICY, waitAfter } from "../../lib/agent/mod.ts";
import { ModelError } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";

const BUSY = new ModelError("api", "API error (status: 503): busy", { status: 503 });

Deno.test("20.13-22 the default policy", () => {
  deepEqual(DEFAULT_RETRY_POLICY, {
    maxAttempts: 4,
    baseMs: 500,
    capMs: 10_000,
    budgetMs: 40_000,
  });
});

Deno.test("20.13-22 back-off is anywhere between nothing and the doubled base, capped", () => {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const ceiling = Math.min(500 * 2 ** (attempt - 1), 10_000);
    const waits = Array.from(
      { length: 500 },
      () => waitAfter(attempt, BUSY, DEFAULT_RETRY_POLICY),
    );
    ok(waits.every((wait) => Number.isInteger(wait) && wait >= 0 && wait <= ceiling));
    // 500 draws all in one half would be a coin that falls on one side 500 times.
    ok(waits.some((wait) => wait < ceiling / 2) && waits.some((wait) => wait >= ceiling / 2));
  }
});

Deno.test("20.13-22 base 0 gives 0", () => {
  equal(waitAfter(3, BUSY, { ...DEFAULT_RETRY_POLICY, baseMs: 0 }), 0);
});

Deno.test("spec 20 §5.1 what the provider asks for is waited, whatever the cap", () => {
  const error = new ModelError("api", "busy", { status: 429, retryAfterMs: 25_000 });
  equal(waitAfter(1, error, DEFAULT_RETRY_POLICY), 25_000);
});
