import type { CompactedHistory, Pruning, Spending } from "../context/mod.ts";
import { isJsonObject, type JsonObject } from "../base/mod.ts";
import type { Entry, ExtensionEntry } from "../protocol/mod.ts";

/** Domain of measurements that the session keeps about itself (spec 30 §10). */
const METRICS_DOMAIN = "metrics";
const PRUNE_FIRE = "prune.fire";
const PROTECTED_START = "protected_start_index";

/** One observation. */
export interface Metric {
  /** `namespace.metric` */
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly value?: number;
  /** The same for observations of one thing. */
  readonly correlation_id?: string;
}

/** The entry that keeps a metric. */
export function metricEntry({ name, dimensions, value, correlation_id }: Metric): Entry {
  const ts = Date.now();
  const payload: JsonObject = {
    name,
    ts,
    ...(dimensions !== undefined && { dimensions: { ...dimensions } }),
    ...(value !== undefined && { value }),
    ...(correlation_id !== undefined && { correlation_id }),
  };
  return { kind: "extension", ts, domain: METRICS_DOMAIN, payload };
}

/** What is recorded of looking for output to drop (spec 30 §10). */
export function pruningMetric(pruning: Pruning, correlation_id: string): Metric {
  if (pruning.kind === "nothing") {
    return { name: "prune.skip", dimensions: { reason: "no_candidates" } };
  }
  const { candidates, protectedStart, savings: value } = pruning;
  const facts = { candidate_count: `${candidates}`, [PROTECTED_START]: `${protectedStart}` };
  if (pruning.kind === "pruned") {
    return { name: PRUNE_FIRE, dimensions: facts, value, correlation_id };
  }
  return { name: "prune.skip", dimensions: { reason: "below_min_savings", ...facts }, value };
}

/** What makes a pod compact its conversation. */
export type CompactionTrigger = "pre-run" | "mid-run" | "manual";

/** What there is to record of a compaction. */
export interface CompactionFacts {
  readonly trigger: CompactionTrigger;
  /** What the conversation took, as far as that is known. */
  readonly tokensBefore: number;
  readonly spending: Spending;
  /** Absent when it failed. */
  readonly compacted?: CompactedHistory;
  /** Why it failed. */
  readonly error?: string;
}

/** What is recorded of a compaction (spec 40 §11 W30); ours. */
export function compactionMetric(
  { trigger, tokensBefore, spending, compacted, error }: CompactionFacts,
): Metric {
  const { llm_calls = 0, input_tokens = 0, output_tokens = 0, cost_usd } = spending.total ?? {};
  return {
    name: compacted === undefined ? "compact.failed" : "compact.done",
    dimensions: {
      trigger,
      ...(error !== undefined && { error }),
      ...(compacted !== undefined && {
        summarized_items: `${compacted.tail.start}`,
        balancing_items: `${compacted.tail.balancing}`,
        tokens_after: `${compacted.tokens}`,
      }),
      worker_calls: `${llm_calls}`,
      worker_input_tokens: `${input_tokens}`,
      worker_output_tokens: `${output_tokens}`,
      ...(cost_usd !== undefined && { worker_cost_usd: `${cost_usd}` }),
    },
    value: tokensBefore,
  };
}

/** Up to which item old output was dropped, when the entry is the metric that says so; else 0. */
export function prunedBelow({ domain, payload }: ExtensionEntry): number {
  if (domain !== METRICS_DOMAIN || !isJsonObject(payload) || payload.name !== PRUNE_FIRE) return 0;
  const { dimensions } = payload;
  const index = isJsonObject(dimensions) ? Number(dimensions[PROTECTED_START]) : 0;
  return Number.isSafeInteger(index) && index >= 0 ? index : 0;
}
