import {
  type Counters,
  type RetryPolicy,
  runTurns,
  type Tool,
  type ToolOutputLimits,
  type TurnsResult,
} from "../agent/mod.ts";
import { messageOf, PodError } from "../base/mod.ts";
import {
  type Entry,
  type Event,
  flattenSegments,
  type Greeting,
  type InputSegment,
  type Item,
  PROTOCOL_VERSION,
  type RequestConfig,
  type ScopeRule,
  textMessage,
} from "../protocol/mod.ts";
import type { Model } from "../providers/mod.ts";
import type { Log } from "../session/mod.ts";
import { commitOf } from "./commit.ts";
import { failedEnd, type RunEnd } from "./run_end.ts";

/** What a pod is made of. */
export interface PodParts {
  readonly name: string;
  /** Absolute working directory, symlinks resolved. */
  readonly cwd: string;
  readonly sessionId: string;
  readonly segmentId: string;
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly config: RequestConfig;
  /** The scope's rules as the log keeps them. */
  readonly scopeRules: () => { readonly allow: ScopeRule[]; readonly deny: ScopeRule[] };
  readonly scopeSummary: () => string;
  /** Called once, when the first run begins. */
  readonly renderSystemPrompt: () => string;
  /** Creates the segment with its first entries, durably; called once, when the first run begins. */
  readonly createLog: (entries: Entry[]) => Promise<Log>;
  /** Takes every observable step, in order. */
  readonly publish: (event: Event) => void;
  /** Turns of one run. @default unlimited */
  readonly maxTurns?: number;
  readonly toolOutputLimits?: ToolOutputLimits;
  readonly retryPolicy?: RetryPolicy;
}

/** One agent with a durable session: what it does is in the log before anybody hears of it. */
export class Pod {
  readonly #parts: PodParts;
  readonly #history: Item[] = [];
  readonly #counters: Counters = { turn: 0, llmCall: 0 };
  #log: Log | null = null;
  #system: string | null = null;

  constructor(parts: PodParts) {
    this.#parts = parts;
  }

  /** The conversation so far, exactly as the model is shown it. */
  get history(): readonly Item[] {
    return this.#history;
  }

  /** Turns that this session has finished. */
  get turnCount(): number {
    return this.#counters.turn;
  }

  /** Who a client is talking to. */
  greeting(): Greeting {
    const { name, cwd, model, tools, scopeSummary } = this.#parts;
    return {
      pod_name: name,
      cwd,
      provider: model.info.scheme,
      model: model.info.id,
      scope_summary: scopeSummary(),
      tools: tools.map((tool) => tool.name).sort(),
      context_window: model.info.contextWindow,
      context_tokens: 0,
      protocol_version: PROTOCOL_VERSION,
    };
  }

  /**
   * Runs one user input to its end: commits it, drives the model, commits what comes of it. Once the
   * input is accepted, every failure is an end of the run, recorded as far as the log can be written.
   *
   * @throws {PodError} `invalid_request` when the input is empty; nothing has been written then.
   */
  async run(input: readonly InputSegment[], signal: AbortSignal): Promise<RunEnd> {
    const text = flattenSegments(input);
    if (text.trim() === "") {
      throw new PodError("invalid_request", "the input is empty; say what is to be done");
    }
    const { publish } = this.#parts;
    publish({ event: "status", data: { status: "running" } });
    const end = await this.#runAccepted(input, text, signal);
    publish(endEvent(end));
    publish({ event: "status", data: { status: "idle" } });
    return end;
  }

  /** Closes the log. The pod must be idle. */
  [Symbol.dispose](): void {
    this.#log?.close();
  }

  async #runAccepted(
    input: readonly InputSegment[],
    text: string,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    let log: Log;
    try {
      log = this.#log ??= await this.#createSegment();
      await this.#commitInput(log, input, text);
    } catch (error) {
      return failedEnd(error);
    }
    const end = await this.#drive(log, signal);
    try {
      await this.#commitEnd(log, end);
    } catch (error) {
      // The run's own failure, when there is one, is the better thing to report.
      return "code" in end ? end : failedEnd(error);
    }
    return end;
  }

  async #createSegment(): Promise<Log> {
    const { sessionId, config, scopeRules, createLog, publish, renderSystemPrompt } = this.#parts;
    const ts = Date.now();
    this.#system = renderSystemPrompt();
    const start: Entry = {
      kind: "segment_start",
      ts,
      session_id: sessionId,
      system_prompt: this.#system,
      config,
      history: [],
    };
    const { allow, deny } = scopeRules();
    const payload = { allow: allow.map(copyRule), deny: deny.map(copyRule) };
    const log = await createLog([start, { kind: "extension", ts, domain: "pod.scope", payload }]);
    publish({ event: "segment_rotated", data: { entry: start } });
    return log;
  }

  async #commitInput(log: Log, segments: readonly InputSegment[], text: string): Promise<void> {
    const ts = Date.now();
    log.append(
      { kind: "invoke", ts, trigger: "user_send" },
      { kind: "user_input", ts, segments: [...segments] },
    );
    await log.sync();
    this.#history.push(textMessage("user", text));
    this.#parts.publish({ event: "invoke_start", data: { kind: "user_send" } });
    this.#parts.publish({ event: "user_message", data: { segments: [...segments] } });
  }

  async #drive(log: Log, signal: AbortSignal): Promise<RunEnd> {
    const { model, tools, config, maxTurns, toolOutputLimits, retryPolicy } = this.#parts;
    const turns = runTurns({
      model,
      system: this.#system,
      history: this.#history,
      tools,
      config,
      counters: this.#counters,
      cacheKey: this.#parts.segmentId,
      maxTurns,
      toolOutputLimits,
      retryPolicy,
    }, signal);
    try {
      for (;;) {
        const step = await turns.next();
        if (step.done) return endOf(step.value);
        const { entry, event } = commitOf(step.value);
        if (entry !== undefined) appendItem(log, entry);
        if (event !== undefined) this.#parts.publish(event);
      }
    } catch (error) {
      // Ends what a run that could not be committed had under way.
      await turns.return("finished");
      return failedEnd(error);
    }
  }

  async #commitEnd(log: Log, end: RunEnd): Promise<void> {
    const ts = Date.now();
    log.append(
      { kind: "turn_end", ts, turn_count: this.#counters.turn },
      outcomeEntry(ts, end),
    );
    await log.sync();
  }
}

/** No item enters memory and no tool runs unless its line is on disk (spec 30 §2.7). */
function appendItem(log: Log, entry: Entry): void {
  try {
    log.append(entry);
  } catch (error) {
    throw new PodError("history_append", `History append failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function endOf(result: TurnsResult): RunEnd {
  if (result !== "yielded") return { result };
  throw new PodError("internal", "the run asked for a compaction, which this pod cannot do");
}

function outcomeEntry(ts: number, end: RunEnd): Entry {
  if ("code" in end) return { kind: "run_errored", ts, interrupted: true, message: end.message };
  return {
    kind: "run_completed",
    ts,
    interrupted: end.result === "paused",
    result: end.result,
  };
}

function endEvent(end: RunEnd): Event {
  if ("code" in end) return { event: "error", data: { code: end.code, message: end.message } };
  return { event: "run_end", data: { result: end.result } };
}

/** Rules as plain JSON, with the keys in the order in which the reference writes them. */
function copyRule({ permission, recursive, target }: ScopeRule) {
  return { permission, recursive, target };
}
