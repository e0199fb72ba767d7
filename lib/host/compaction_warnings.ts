import type { CompactionSettings } from "../context/mod.ts";

/** What is odd about how a pod is to keep within its context, a line each (spec 40 §8.1). */
export function compactionWarnings(
  { threshold = 0, request_threshold = Infinity }: CompactionSettings,
): string[] {
  if (threshold <= request_threshold) return [];
  return [
    `compaction.threshold (${threshold}) is above compaction.request_threshold ` +
    `(${request_threshold}): every summary will be made in the middle of a run`,
  ];
}
