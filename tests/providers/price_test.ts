import { equal } from "node:assert/strict";
import { costOf, type ModelPrice } from "../../lib/providers/mod.ts";

const CLAUDE: ModelPrice = { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 };

function usage(
  inputTokens: number | null,
  outputTokens: number | null,
  cacheReadTokens: number | null = null,
  cacheWriteTokens: number | null = null,
) {
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
}

Deno.test("cached parts of a prompt have prices of their own", () => {
  equal(costOf(usage(1_000_000, 0), CLAUDE), 3);
  equal(costOf(usage(1100, 50), CLAUDE), 0.00405);
  // 100 fresh, 800 read, 200 written.
  equal(costOf(usage(1100, 50, 800, 200), CLAUDE), (300 + 240 + 750 + 750) / 1e6);
  equal(costOf(usage(0, 0), CLAUDE), 0);
});

Deno.test("what a price does not say of cached parts is the price of others", () => {
  const price = { input: 2, output: 10 };
  equal(costOf(usage(1000, 0, 400, 500), price), 0.002);
});

Deno.test("a long prompt makes the whole call dearer", () => {
  const price = {
    input: 1,
    output: 2,
    cache_read: 0.1,
    long_prompt: { above: 1000, input: 10, output: 20, cache_read: 1 },
  };
  equal(costOf(usage(1000, 10, 500), price), (500 + 50 + 20) / 1e6);
  equal(costOf(usage(1001, 10, 500), price), (5010 + 500 + 200) / 1e6);
});

Deno.test("without usage there is no cost, and no count makes it negative or inexact", () => {
  equal(costOf(usage(null, 5), CLAUDE), undefined);
  equal(costOf(usage(5, null), CLAUDE), undefined);
  equal(costOf(usage(10, 0, 30), CLAUDE), 0.000009);
  equal(costOf(usage(0, 3), { input: 0, output: 0.1 }), 3e-7);
});
