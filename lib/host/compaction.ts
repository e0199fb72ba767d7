import type { CompactionSettings } from "../context/mod.ts";

/**
 * How a pod keeps within its model's context when nobody has said anything about it. It leaves room for
 * an answer, and with a small window it keeps less, so that there is something to be gained.
 *
 * @param contextWindow in tokens
 */
export function defaultCompaction(contextWindow: number): CompactionSettings {
  const share = (fraction: number, atMost = Infinity) =>
    Math.min(atMost, Math.floor(contextWindow * fraction));
  return {
    threshold: share(0.7),
    request_threshold: share(0.85),
    retained_tokens: share(0.1, 8_000),
    prune_protected_tokens: share(0.2, 20_000),
    prune_min_savings: share(0.05, 10_000),
    overview_target_tokens: share(0.1, 8_000),
    overview_warning_tokens: share(0.2, 16_000),
    overview_deadline_tokens: share(0.4, 40_000),
    worker_context_max_tokens: share(0.6, 100_000),
    finish_warning_remaining_tokens: share(0.1, 8_000),
    final_reserve_tokens: share(0.05, 4_000),
    worker_max_turns: 20,
    summary_target_tokens: share(0.05, 2_000),
    summary_max_tokens: share(0.1, 4_000),
    auto_read_budget_tokens: share(0.1, 8_000),
    result_context_max_tokens: share(0.4, 60_000),
  };
}
