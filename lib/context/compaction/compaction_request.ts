import type { RetryPolicy } from "../../agent/mod.ts";
import type { Manifest } from "../../manifest/mod.ts";
import type { Item } from "../../protocol/mod.ts";
import type { Model } from "../../providers/mod.ts";
import type { FileToolsOptions } from "../../tools/mod.ts";
import type { PromptCatalog } from "../prompts/catalog.ts";
import type { ContextWindow } from "../window/context_window.ts";
import type { Spending } from "./spending.ts";

/** The `[compaction]` section of a resolved manifest. */
export type CompactionSettings = NonNullable<Manifest["compaction"]>;

/** What a compaction works with. */
export interface CompactionTools {
  readonly settings: CompactionSettings;
  /** Whether the session records that there was no output to drop. @default true */
  readonly recordSkips?: boolean;
  /** Writes the summary. */
  readonly model: Model;
  /** Asked in this order when the one before stays down. @default none */
  readonly fallbacks?: readonly Model[];
  /** What it is told. */
  readonly prompts: PromptCatalog;
  /** The pod's own files; what the new context shows of them counts as read. */
  readonly files: FileToolsOptions;
  readonly retryPolicy?: RetryPolicy;
  readonly maxContinuations?: number;
}

/** What is to be compacted. */
export interface CompactionRequest {
  readonly history: readonly Item[];
  readonly window: ContextWindow;
  /** Told of what the summariser's calls use. */
  readonly spending: Spending;
  /** For providers that cache by key. */
  readonly cacheKey: string;
  /** What the new items should take at most, in tokens; the settings say what they must not exceed. */
  readonly wantedTokens: number;
  /** Takes what people should know, while it goes on. */
  readonly warn: (message: string) => void;
}
