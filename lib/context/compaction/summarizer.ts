import { type Counters, runTurns, type Tool, type TurnHooks } from "../../agent/mod.ts";
import { byteLength, PodError } from "../../base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, textMessage } from "../../protocol/mod.ts";
import { createReadTool, FileTracker } from "../../tools/mod.ts";
import { ContextWindow } from "../window/context_window.ts";
import { textTokens } from "../window/token_estimate.ts";
import type { CompactionRequest, CompactionTools } from "./compaction_request.ts";
import { Handover } from "./handover.ts";
import { createSessionLogTools } from "./session_log_tools.ts";

const WRITE_SUMMARY = "write_summary";

/** The disposable agent that writes the summary. Nobody sees what it says while it works. */
export class Summarizer {
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
    const { files } = tools.files;
    this.handover = new Handover(files, tools.settings.auto_read_budget_tokens);
    this.#ownTools = [
      // What it looks at is not what the pod's model has seen.
      createReadTool({ files, tracker: new FileTracker() }),
      ...createSessionLogTools(target),
      ...this.handover.tools(),
    ];
  }

  /**
   * Has it write the summary: once more when there is none, once more when it is too long (spec 40 §8.6).
   *
   * @throws {PodError} `compaction`, when there is no usable summary
   */
  async summarize(request: string, signal: AbortSignal): Promise<string> {
    const { prompts, settings } = this.#tools;
    const { summary_max_tokens, summary_target_tokens: target_tokens } = settings;
    const max_tokens = summary_max_tokens || Infinity;
    await this.#ask(request, signal);
    if (this.handover.summary === null) {
      await this.#ask(prompts.render("compact_summary_missing", {}), signal);
    }
    let tokens = this.#summaryTokens();
    if (tokens > max_tokens) {
      const inputs = { tokens, max_tokens, target_tokens };
      await this.#ask(prompts.render("compact_summary_too_long", inputs), signal);
      tokens = this.#summaryTokens();
    }
    if (tokens > max_tokens) {
      throw failure(`compact summary too large: ${tokens} tokens exceeds max ${max_tokens}`);
    }
    return this.handover.summary ?? "";
  }

  #summaryTokens(): number {
    const { summary } = this.handover;
    if (summary !== null) return textTokens(byteLength(summary));
    throw failure("compact worker did not produce a summary (write_summary was never called)");
  }

  /** Says something to it and lets it work until it has nothing more to do. */
  async #ask(text: string, signal: AbortSignal): Promise<void> {
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

function failure(message: string): PodError {
  return new PodError("compaction", message);
}
