import type { RetryPolicy, Tool, ToolOutputLimits } from "../agent/mod.ts";
import type { CompactionTools, PromptCatalog, ResolvedInput } from "../context/mod.ts";
import type { Event, InputSegment, RequestConfig } from "../protocol/mod.ts";
import type { Model } from "../providers/mod.ts";
import type { Log, ScopeSnapshot, SessionState } from "../session/mod.ts";
import type { TaskStore } from "../tools/mod.ts";
import type { CreateLog } from "./journal.ts";

/** What a pod is made of. */
export interface PodParts {
  readonly name: string;
  /** Absolute working directory, symlinks resolved. */
  readonly cwd: string;
  readonly sessionId: string;
  /** Of the first segment; a fork moves on to another. */
  readonly segmentId: string;
  readonly model: Model;
  /** Asked in this order when the one before stays down. @default none */
  readonly fallbacks?: readonly Model[];
  readonly tools: readonly Tool[];
  /** What the task tools among them work on. @default the model is reminded of no tasks */
  readonly tasks?: TaskStore;
  readonly config: RequestConfig;
  /** The scope's rules as the log keeps them. */
  readonly scopeRules: () => ScopeSnapshot;
  readonly scopeSummary: () => string;
  /** Called when the first run begins; null for a session that has begun: it keeps what it has. */
  readonly renderSystemPrompt: (() => string) | null;
  /** What the pod itself says to the model; a text that cannot be made ends the run. */
  readonly prompts: PromptCatalog;
  /**
   * Looks up what an input refers to. A `PodError` refuses the input; an aborted signal ends the search.
   *
   * @default references stay what they are, text
   */
  readonly resolveInput?: (
    segments: readonly InputSegment[],
    signal: AbortSignal,
  ) => Promise<ResolvedInput>;
  readonly createLog: CreateLog;
  /** Takes every observable step, in order. */
  readonly publish: (event: Event) => void;
  /** Turns of one run. @default unlimited */
  readonly maxTurns?: number;
  readonly toolOutputLimits?: ToolOutputLimits;
  readonly retryPolicy?: RetryPolicy;
  readonly maxContinuations?: number;
  /** @default the conversation is neither pruned nor compacted */
  readonly compaction?: CompactionTools;
}

/** A session to go on with. */
export interface RestoredSession {
  readonly log: Log;
  readonly state: SessionState;
}
