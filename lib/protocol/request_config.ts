import * as v from "valibot";
import { uint } from "./number.ts";

/** Generation settings; null leaves a setting to the provider (spec 30 §2.3). */
export const requestConfig = v.object({
  max_tokens: v.optional(v.nullable(uint), null),
  temperature: v.optional(v.nullable(v.number()), null),
  top_p: v.optional(v.nullable(v.number()), null),
  top_k: v.optional(v.nullable(uint), null),
  stop_sequences: v.array(v.string()),
  /** An effort label such as `high`, or a budget in tokens. */
  reasoning: v.optional(v.nullable(v.union([v.string(), v.pipe(v.number(), v.integer())])), null),
});
export type RequestConfig = v.InferOutput<typeof requestConfig>;

/** Everything left to the provider. */
export const DEFAULT_REQUEST_CONFIG: Readonly<RequestConfig> = {
  max_tokens: null,
  temperature: null,
  top_p: null,
  top_k: null,
  stop_sequences: [],
  reasoning: null,
};
