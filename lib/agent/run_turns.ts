import { PodError } from "../base/mod.ts";
import { type Item, openToolCalls, type RequestConfig } from "../protocol/mod.ts";
import type { Model, ToolDefinition } from "../providers/mod.ts";
import type { AnsweredCall } from "./answer.ts";
import type { TurnHooks } from "./hooks.ts";
import { ModelLine } from "./model_line.ts";
import type { RetryPolicy } from "./retry_policy.ts";
import { RunError } from "./run_error.ts";
import { runTools, type ToolRun } from "./run_tools.ts";
import { append, emit, type Step } from "./step.ts";
import { takeTurn } from "./take_turn.ts";
import type { Tool } from "./tool.ts";
import { DEFAULT_TOOL_OUTPUT_LIMITS, type ToolOutputLimits } from "./tool_output.ts";

/** Numbers that events carry; they outlive a run, so the caller owns them. */
export interface Counters {
  /** Finished turns of the session. */
  turn: number;
  /** Ended model calls since the process started. */
  llmCall: number;
}

/** Everything that a run needs. */
export interface TurnsRequest {
  readonly model: Model;
  /** Asked in this order when the one before stays down; a run begins with `model`. @default none */
  readonly fallbacks?: readonly Model[];
  readonly system: string | null;
  /** Grows while the run goes on; open tool calls in it are run first. */
  readonly history: Item[];
  readonly tools: readonly Tool[];
  readonly config: RequestConfig;
  readonly counters: Counters;
  /** Identifies the prompt's prefix to providers that cache by key. */
  readonly cacheKey?: string;
  readonly cacheAnchor?: number;
  /** Turns after which the run ends. @default unlimited */
  readonly maxTurns?: number;
  /** @default no hooks */
  readonly hooks?: TurnHooks;
  /** @default DEFAULT_RETRY_POLICY */
  readonly retryPolicy?: RetryPolicy;
  /** How often in a row an answer whose stream broke is asked for again. @default 3 */
  readonly maxContinuations?: number;
  /** @default DEFAULT_TOOL_OUTPUT_LIMITS */
  readonly toolOutputLimits?: ToolOutputLimits;
  /** @default 900_000 */
  readonly toolTimeoutMs?: number;
}

/** How a run ended, when it did not fail. */
export type TurnsResult = "finished" | "paused" | "limit_reached" | "yielded";

/**
 * Drives a model until it has nothing more to do: ask, commit the answer, run the tools it calls,
 * commit their results, ask again. The steps come in the order in which they happened (see `Step`).
 *
 * @throws {RunError} when `signal` was aborted, a hook aborted the run, or the model failed.
 */
export async function* runTurns(
  request: TurnsRequest,
  signal: AbortSignal,
): AsyncGenerator<Step, TurnsResult> {
  const { history, counters, hooks = {}, maxTurns = Infinity } = request;
  const models = new ModelLine(request.model, request.fallbacks);
  const toolRun: ToolRun = {
    history,
    tools: new Map(request.tools.map((tool) => [tool.name, tool])),
    hooks,
    outputLimits: request.toolOutputLimits ?? DEFAULT_TOOL_OUTPUT_LIMITS,
    toolTimeoutMs: request.toolTimeoutMs ?? 900_000,
  };
  const definitions = sortTools(request.tools);
  let calls: readonly AnsweredCall[] = openToolCalls(history).map((call) => ({ call }));
  for (let turns = 0;;) {
    if (calls.length > 0 && (yield* runTools(calls, toolRun, signal)) === "paused") return "paused";
    if (turns >= maxTurns) return "limit_reached";
    if (signal.aborted) throw RunError.cancelled(signal);

    yield emit({ event: "turn_start", data: { turn: counters.turn } });
    const answered = yield* takeTurn(request, definitions, models, signal);
    if (answered === "yielded") return "yielded";
    calls = answered;
    turns++;
    if (calls.length > 0) continue;
    const next = await hooks.afterTurn?.(history);
    if (next?.kind === "pause") return "paused";
    if (next?.kind !== "continue") return "finished";
    yield* append(history, next.additions);
  }
}

/** The tools as the model is told of them; sorted, so that the prompt's prefix is stable. */
function sortTools(tools: readonly Tool[]): readonly ToolDefinition[] {
  const sorted = [...tools].sort((a, b) => a.name < b.name ? -1 : 1);
  const twice = sorted.find((tool, index) => tool.name === sorted[index + 1]?.name);
  if (twice === undefined) return sorted;
  throw new PodError("duplicate_tool", `duplicate tool name: '${twice.name}'`);
}
