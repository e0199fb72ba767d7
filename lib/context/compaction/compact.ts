import {
  type Counters,
  type RetryPolicy,
  runTurns,
  type Tool,
  type TurnHooks,
} from "../../agent/mod.ts";
import { byteLength, newId, PodError } from "../../base/mod.ts";
import type { Manifest } from "../../manifest/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, textMessage } from "../../protocol/mod.ts";
import type { Model } from "../../providers/mod.ts";
import {
  createReadTool,
  type FileToolsOptions,
  FileTracker,
  replayTasks,
  taskSnapshot,
} from "../../tools/mod.ts";
import type { PromptCatalog } from "../prompts/catalog.ts";
import { ContextWindow } from "../window/context_window.ts";
import { textTokens } from "../window/token_estimate.ts";
import { compactedHistory } from "./compacted_history.ts";
import { Handover, type ReadSlice, readSlice } from "./handover.ts";
import { overviewOf } from "./overview.ts";
import { retainedTailStart } from "./retained_tail.ts";
import type { Spending } from "./spending.ts";
import { createSessionLogTools } from "./session_log_tools.ts";

const MAX_RECENT_FILES = 5;
const WRITE_SUMMARY = "write_summary";

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

/** What came of it. */
export interface Compacted {
  readonly history: Item[];
  /** Items that became part of the summary. */
  readonly summarized: number;
}

/** Index of the first item that a compaction of this window would keep; 0 when it has nothing to do. */
export function compactionCut(window: ContextWindow, settings: CompactionSettings): number {
  return retainedTailStart(window.items(), window.estimate().tokens, settings.retained_tokens);
}

/**
 * Has a model sum up the older part of a history, and makes the history that goes on from there (spec 40
 * §8). Changes nothing but the record of files that were read.
 *
 * @throws {PodError} `compaction`, when there is no usable summary
 * @throws {RunError} when `signal` was aborted or the model failed.
 */
export async function compactHistory(
  request: CompactionRequest,
  tools: CompactionTools,
  signal: AbortSignal,
): Promise<Compacted> {
  const { history, window, wantedTokens, warn } = request;
  const { settings, files, prompts } = tools;
  const items = window.items();
  const tailStart = compactionCut(window, settings);
  const tasks = replayTasks(history);
  const target = history.slice(0, tailStart);
  const overview = overviewOf(target, settings);
  for (const warning of overview.warnings) warn(warning);

  const worker = new Summarizer(request, tools, target);
  const { handover } = worker;
  const target_tokens = settings.summary_target_tokens;
  const recent = files.tracker.recent().slice(0, MAX_RECENT_FILES);
  const firstRequest = prompts.render("compact_request", {
    target_tokens,
    recent_files: recent.map((path) => `- ${path}`).join("\n"),
    tasks: taskSnapshot(tasks).trimEnd(),
    overview: overview.text,
  });
  await worker.ask(firstRequest, signal);
  if (handover.summary === null) {
    await worker.ask(prompts.render("compact_summary_missing", {}), signal);
  }
  let summary = requireSummary(handover);
  const max_tokens = settings.summary_max_tokens || Infinity;
  let tokens = textTokens(byteLength(summary));
  if (tokens > max_tokens) {
    const rewrite = prompts.render("compact_summary_too_long", {
      tokens,
      max_tokens,
      target_tokens,
    });
    await worker.ask(rewrite, signal);
    summary = requireSummary(handover);
    tokens = textTokens(byteLength(summary));
  }
  if (tokens > max_tokens) {
    throw failure(`compact summary too large: ${tokens} tokens exceeds max ${max_tokens}`);
  }
  return {
    history: compactedHistory({
      summary,
      files: await readRequired(handover, files, warn),
      references: handover.references,
      items,
      tailStart,
      tasks,
      taskCallId: `compact-tasklist-${newId()}`,
    }, { wantedTokens, maxTokens: settings.result_context_max_tokens || Infinity }),
    summarized: tailStart,
  };
}

/** The disposable agent that writes the summary. Nobody sees what it says while it works. */
class Summarizer {
  readonly handover: Handover;
  readonly #request: CompactionRequest;
  readonly #tools: CompactionTools;
  readonly #ownTools: readonly Tool[];
  readonly #history: Item[] = [];
  readonly #window = new ContextWindow(this.#history);
  readonly #counters: Counters = { turn: 0, llmCall: 0 };
  #isWarned = false;

  constructor(request: CompactionRequest, tools: CompactionTools, target: readonly Item[]) {
    this.#request = request;
    this.#tools = tools;
    // What it looks at is not what the pod's model has seen.
    const files = { files: tools.files.files, tracker: new FileTracker() };
    this.handover = new Handover(files, tools.settings.auto_read_budget_tokens);
    this.#ownTools = [
      createReadTool(files),
      ...createSessionLogTools(target),
      ...this.handover.tools(),
    ];
  }

  /** Says something to it and lets it work until it has nothing more to do. */
  async ask(text: string, signal: AbortSignal): Promise<void> {
    const { model, fallbacks, prompts, settings } = this.#tools;
    const { retryPolicy, maxContinuations } = this.#tools;
    this.#history.push(textMessage("user", text));
    const turns = runTurns({
      model,
      fallbacks,
      system: prompts.render("compact_system", {}),
      history: this.#history,
      tools: this.#ownTools,
      config: DEFAULT_REQUEST_CONFIG,
      counters: this.#counters,
      cacheKey: this.#request.cacheKey,
      maxTurns: settings.worker_max_turns || undefined,
      retryPolicy,
      maxContinuations,
      hooks: this.#hooks(),
    }, signal);
    for await (const step of turns) {
      if (step.kind === "event") this.#request.spending.see(step.event);
      if (step.kind !== "usage") continue;
      this.#window.measured(step.historyLength, step.usage.inputTokens ?? 0);
    }
  }

  /** Keeps it within its own context: a warning, then nothing but the summary, then the end. */
  #hooks(): TurnHooks {
    const { settings } = this.#tools;
    const limit = settings.worker_context_max_tokens;
    const room = () => limit - this.#window.estimate().tokens;
    return {
      beforeRequest: () => {
        const left = room();
        if (left < 0) {
          const reason = `compact worker input occupancy exceeded ${limit} tokens`;
          return { kind: "cancel", reason };
        }
        const { finish_warning_remaining_tokens, final_reserve_tokens } = settings;
        const threshold = Math.max(finish_warning_remaining_tokens, final_reserve_tokens);
        if (this.#isWarned || left > threshold) return;
        this.#isWarned = true;
        const inputs = { remaining_tokens: left };
        const warning = this.#tools.prompts.render("compact_budget_warning", inputs);
        this.#request.warn(warning);
        return { kind: "append", additions: [{ item: textMessage("system", warning) }] };
      },
      beforeTool: ({ call }) => {
        if (call.name === WRITE_SUMMARY || room() > settings.final_reserve_tokens) return;
        return { kind: "answer", result: { summary: RESERVE_REACHED, is_error: true } };
      },
    };
  }
}

const RESERVE_REACHED = "compact worker final reserve reached; do not perform more exploratory " +
  "tool reads. Call `write_summary` now.";

function requireSummary({ summary }: Handover): string {
  if (summary !== null) return summary;
  throw failure("compact worker did not produce a summary (write_summary was never called)");
}

/** The required files as they are now; one that cannot be read any more is passed over. */
async function readRequired(
  { required }: Handover,
  files: FileToolsOptions,
  warn: (message: string) => void,
): Promise<ReadSlice[]> {
  const slices: ReadSlice[] = [];
  for (const slice of required) {
    try {
      slices.push(await readSlice(files, slice));
    } catch (error) {
      if (!(error instanceof PodError)) throw error;
      warn(`${slice.path} is not in the new context: ${error.message}`);
    }
  }
  return slices;
}

function failure(message: string): PodError {
  return new PodError("compaction", message);
}
