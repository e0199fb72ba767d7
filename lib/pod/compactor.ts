import { RunError } from "../agent/mod.ts";
import { messageOf, newId, PodError } from "../base/mod.ts";
import {
  canCompact,
  compactHistory,
  type CompactionSettings,
  type CompactionTools,
  Spending,
} from "../context/mod.ts";
import { type AlertLevel, type Item, openToolCalls } from "../protocol/mod.ts";
import type { Usage } from "../providers/mod.ts";
import type { Conversation } from "./conversation.ts";
import { compactionMetric, type CompactionTrigger, pruningMetric } from "./metrics.ts";

const MAX_FAILURES = 3;
const COOL_DOWN_MS = 10 * 60_000;

const FAILURE_LEVEL: Readonly<Record<CompactionTrigger, AlertLevel>> = {
  "pre-run": "warn",
  "mid-run": "error",
  manual: "error",
};

/**
 * Keeps a conversation within its model's context: drops old output from requests, and replaces the older
 * part by a summary when it gets too long. After three failures in a row it lets that be for a while.
 */
export class Compactor {
  readonly #tools: CompactionTools | undefined;
  readonly #conversation: Conversation;
  readonly #now: () => number;
  #failures = 0;
  #disabledUntil = 0;
  /** Whether nothing was sent since the last compaction: another one would gain nothing. */
  #isFresh = false;
  /** What links the metrics of a pruned request with those of its answer. */
  #prunedRequest: string | null = null;

  /** @param tools without them the conversation is left alone */
  constructor(
    tools: CompactionTools | undefined,
    conversation: Conversation,
    now: () => number = Date.now,
  ) {
    this.#tools = tools;
    this.#conversation = conversation;
    this.#now = now;
  }

  /** Changes `items`, which are about to be sent, to what is left of them; then says if it is too much. */
  beforeRequest(items: Item[]): { readonly kind: "yield" } | void {
    const tools = this.#tools;
    if (tools === undefined) return;
    const { settings, recordSkips = true } = tools;
    this.#prune(settings, recordSkips);
    items.splice(0, items.length, ...this.#conversation.window.items());
    // Where there is nothing to sum up, it is for the provider to say whether it is too much.
    if (
      this.#exceeds(settings.request_threshold) && canCompact(this.#conversation.window, settings)
    ) {
      return { kind: "yield" };
    }
    this.#isFresh = false;
  }

  /** Takes what the provider said about a request. */
  measured(length: number, usage: Usage): void {
    const { window } = this.#conversation;
    window.measured(length, usage.inputTokens ?? 0);
    if (this.#prunedRequest === null) return;
    this.#conversation.record({
      name: "prune.post_request",
      dimensions: {
        cache_write_tokens: `${usage.cacheWriteTokens ?? 0}`,
        history_len: `${length}`,
      },
      value: usage.cacheReadTokens ?? 0,
      correlation_id: this.#prunedRequest,
    });
    this.#prunedRequest = null;
  }

  /** Makes room before a run, when it is due; that it fails does not keep the run from starting. */
  async beforeRun(signal: AbortSignal): Promise<void> {
    const tools = this.#tools;
    if (tools === undefined || this.#isFresh || !this.#exceeds(tools.settings.threshold)) return;
    // A call and its result must not come to lie on different sides.
    if (openToolCalls(this.#conversation.history).length > 0) return;
    if (!canCompact(this.#conversation.window, tools.settings)) return;
    try {
      await this.compact("pre-run", signal);
    } catch {
      // It has been told already.
    }
  }

  /** Why a person who asks for a compaction gets none; null when there is something to do. */
  whyNot(): string | null {
    if (this.#tools === undefined) {
      return "manual compact is unavailable because [compaction] is not configured";
    }
    const { history, window } = this.#conversation;
    if (history.length === 0) {
      return "manual compact skipped: no conversation history to compact";
    }
    if (this.#isDisabled) return "manual compact is disabled after repeated compaction failures";
    const { settings } = this.#tools;
    if (canCompact(window, settings)) return null;
    return "manual compact skipped: current context is within the retained tail " +
      `(${window.estimate().tokens} <= ${settings.retained_tokens} tokens)`;
  }

  /**
   * Replaces the older part of the conversation by a summary, and tells of it (spec 40 §8).
   *
   * @throws {PodError} when it failed or was stopped; the conversation is as it was then.
   */
  async compact(trigger: CompactionTrigger, signal: AbortSignal): Promise<void> {
    const { journal } = this.#conversation;
    const spending = new Spending();
    journal.publish({ event: "compact_start" });
    try {
      if (trigger === "mid-run" && this.#isFresh) {
        throw new PodError(
          "compaction",
          "compaction thrash: context still exceeds threshold immediately after compact",
        );
      }
      await this.#summarize(trigger, spending, signal);
    } catch (error) {
      this.#failed(trigger, error, spending);
      throw error;
    }
    this.#failures = 0;
    this.#isFresh = true;
    const { total: usage } = spending;
    journal.publish({
      event: "compact_done",
      data: { new_segment_id: journal.segmentId, ...(usage && { usage }) },
    });
  }

  async #summarize(
    trigger: CompactionTrigger,
    spending: Spending,
    signal: AbortSignal,
  ): Promise<void> {
    const tools = this.#tools;
    if (tools === undefined) throw new PodError("internal", "compaction is not configured");
    const { history, window, journal } = this.#conversation;
    const tokensBefore = window.estimate().tokens;
    const { threshold, request_threshold } = tools.settings;
    const compacted = await compactHistory(
      {
        history,
        window,
        spending,
        cacheKey: journal.segmentId,
        wantedTokens: (threshold ?? request_threshold ?? Infinity) - window.overheadTokens(),
        warn: (message) => this.#alert("warn", message),
      },
      tools,
      signal,
    );
    const metric = compactionMetric({ trigger, tokensBefore, spending, compacted });
    await this.#conversation.compactTo(compacted.history, trigger === "mid-run", metric);
    for (const { version } of compacted.files) {
      tools.files.tracker.record(version.canonicalPath, version.fingerprint);
    }
  }

  #prune(settings: CompactionSettings, recordSkips: boolean): void {
    const pruning = this.#conversation.window.prune({
      protectedTokens: settings.prune_protected_tokens,
      minSavings: settings.prune_min_savings,
    });
    const isPruned = pruning.kind === "pruned";
    const id = newId();
    this.#prunedRequest = isPruned ? id : null;
    if (isPruned || recordSkips) this.#conversation.record(pruningMetric(pruning, id));
  }

  #exceeds(limit: number | undefined): boolean {
    if (limit === undefined || this.#isDisabled) return false;
    return this.#conversation.window.estimate().tokens > limit;
  }

  /** Without a limit there is nothing to stop: each compaction is asked for. */
  get #isAutomatic(): boolean {
    const { threshold, request_threshold } = this.#tools?.settings ?? {};
    return (threshold ?? request_threshold) !== undefined;
  }

  get #isDisabled(): boolean {
    return this.#now() < this.#disabledUntil;
  }

  #failed(trigger: CompactionTrigger, error: unknown, spending: Spending): void {
    const { journal, window } = this.#conversation;
    const message = messageOf(error);
    const { total: usage } = spending;
    journal.publish({
      event: "compact_failed",
      data: { error: message, ...(usage && { usage }) },
    });
    if (error instanceof RunError && error.code === "cancelled") return;
    this.#alert(FAILURE_LEVEL[trigger], `${trigger} compaction failed: ${message}`);
    const tokensBefore = window.estimate().tokens;
    this.#conversation.record(
      compactionMetric({ trigger, tokensBefore, spending, error: message }),
    );
    if (!this.#isAutomatic) return;
    this.#failures += 1;
    if (this.#failures < MAX_FAILURES) return;
    this.#failures = 0;
    this.#disabledUntil = this.#now() + COOL_DOWN_MS;
  }

  #alert(level: AlertLevel, message: string): void {
    this.#conversation.journal.publish({
      event: "alert",
      data: { level, source: "compactor", message, timestamp_ms: Date.now() },
    });
  }
}
