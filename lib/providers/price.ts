import * as v from "valibot";
import { uint } from "../protocol/mod.ts";
import type { Usage } from "./model.ts";

const price = v.pipe(v.number(), v.finite(), v.minValue(0));

const tokenPrices = {
  input: price,
  output: price,
  /** Prompt tokens that the provider had in its cache. @default as `input` */
  cache_read: v.exactOptional(price),
  /** Prompt tokens that it has put there. @default as `input` */
  cache_write: v.exactOptional(price),
};

/** What a model costs: US dollars per million tokens. */
export const modelPrice = v.object({
  ...tokenPrices,
  /** What a whole call costs whose prompt has more than `above` tokens. @default no difference */
  long_prompt: v.exactOptional(v.object({ above: uint, ...tokenPrices })),
});
export type ModelPrice = v.InferOutput<typeof modelPrice>;

/** What one call has cost in US dollars, to a billionth; undefined when its usage is not known. */
export function costOf(usage: Usage, price: ModelPrice): number | undefined {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === null || outputTokens === null) return undefined;
  const { long_prompt } = price;
  const valid = long_prompt !== undefined && inputTokens > long_prompt.above ? long_prompt : price;
  const { input, output, cache_read = input, cache_write = input } = valid;
  const read = usage.cacheReadTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const fresh = Math.max(0, inputTokens - read - written);
  const millionths = fresh * input + read * cache_read + written * cache_write +
    outputTokens * output;
  return Math.round(millionths * 1000) / 1e9;
}
