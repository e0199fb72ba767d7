import {
  BUILTIN_PROMPTS,
  type CompactedHistory,
  compactHistory,
  ContextWindow,
  Spending,
} from "../../../lib/context/mod.ts";
import type { CompactionSettings } from "../../../lib/context/mod.ts";
import { resolveManifest } from "../../../lib/manifest/mod.ts";
import type { CompactionUsage, Item } from "../../../lib/protocol/mod.ts";
import type { Model } from "../../../lib/providers/mod.ts";
import type { FileWorkspace } from "../../tools/file_workspace.ts";

/** The settings of a manifest with this `[compaction]` section. */
export function compactionSettings(
  section: Partial<CompactionSettings> = {},
): CompactionSettings {
  const rule = { target: "/", permission: "read" as const, recursive: true };
  const { compaction } = resolveManifest([
    { pod: { name: "test" }, scope: { allow: [rule] }, compaction: section },
  ]);
  if (compaction === undefined) throw new Error("no compaction section");
  return compaction;
}

/** What a compaction is tried with. */
export interface CompactionTrial {
  readonly workspace: FileWorkspace;
  readonly history: readonly Item[];
  readonly model: Model;
  /** Below this index old output has been dropped. @default 0 */
  readonly prunedBelow?: number;
  readonly settings?: Partial<CompactionSettings>;
  readonly wantedTokens?: number;
  readonly signal?: AbortSignal;
}

/** Compacts a history; returns what came of it, what it used, and what people were told. */
export async function compact(
  trial: CompactionTrial,
): Promise<CompactedHistory & { usage: CompactionUsage | undefined; warnings: string[] }> {
  const { workspace, history, model, settings, wantedTokens = Infinity } = trial;
  const warnings: string[] = [];
  const window = new ContextWindow(history);
  window.pruneBelow(trial.prunedBelow ?? 0);
  const spending = new Spending();
  const compacted = await compactHistory(
    {
      history,
      window,
      spending,
      cacheKey: "segment",
      wantedTokens,
      warn: (message) => warnings.push(message),
    },
    {
      settings: compactionSettings({ retained_tokens: 100, ...settings }),
      model,
      prompts: BUILTIN_PROMPTS,
      files: workspace,
      retryPolicy: { maxAttempts: 1, baseMs: 0, capMs: 0, budgetMs: 1000 },
    },
    trial.signal ?? new AbortController().signal,
  );
  return { ...compacted, usage: spending.total, warnings };
}
