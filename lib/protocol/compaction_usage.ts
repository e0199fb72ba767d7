import * as v from "valibot";
import { uint } from "./number.ts";

/** What all model calls of one compaction have used together; ours. */
export const compactionUsage = v.object({
  llm_calls: uint,
  /** Whole prompts, cached parts included. */
  input_tokens: uint,
  output_tokens: uint,
  cache_read_input_tokens: uint,
  /** In US dollars; absent where the catalog does not know the price of each call. */
  cost_usd: v.exactOptional(v.number()),
});
export type CompactionUsage = v.InferOutput<typeof compactionUsage>;
