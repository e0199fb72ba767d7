import { PodError } from "../base/mod.ts";
import { type Item, openToolCalls, type RequestConfig, type StopReason } from "../protocol/mod.ts";
import {
  type Model,
  ModelError,
  type ModelEvent,
  type ModelRequest,
  type ToolDefinition,
} from "../providers/mod.ts";
import { Answer, type AnsweredCall } from "./answer.ts";
import type { TurnHooks } from "./hooks.ts";
import { openStream } from "./open_stream.ts";
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "./retry_policy.ts";
import { RunError } from "./run_error.ts";
import { runTools, type ToolRun } from "./run_tools.ts";
import { append, emit, type Step, warning } from "./step.ts";
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
    yield* append(history, await hooks.pendingItems?.() ?? []);
    const items = history.slice();
    const decision = await hooks.beforeRequest?.(items);
    if (signal.aborted) throw RunError.cancelled(signal);
    if (decision?.kind === "cancel") throw RunError.aborted(decision.reason);
    if (decision?.kind === "yield") return "yielded";
    if (decision?.kind === "append") {
      yield* append(history, decision.additions);
      items.push(...decision.additions.map((addition) => addition.item));
    }

    const { system, config, cacheKey, cacheAnchor } = request;
    calls = yield* ask(
      { system, items, tools: definitions, config, cacheKey, cacheAnchor },
      request,
      signal,
    );
    turns++;
    if (calls.length > 0) continue;
    const next = await hooks.afterTurn?.(history);
    if (next?.kind === "pause") return "paused";
    if (next?.kind !== "continue") return "finished";
    yield* append(history, next.additions);
  }
}

/** What people should know about an answer that did not come to its natural end. */
const STOP_NOTICES: Partial<Record<StopReason, string>> = {
  max_tokens: "the answer was cut at the model's output limit; raise worker.max_tokens",
  refusal: "the model declined to answer",
};

/** One turn: asks the model, commits its answer, and returns the tool calls in it. */
async function* ask(
  request: ModelRequest,
  { model, history, counters, retryPolicy = DEFAULT_RETRY_POLICY }: TurnsRequest,
  signal: AbortSignal,
): AsyncGenerator<Step, AnsweredCall[]> {
  const call = { number: counters.llmCall, policy: retryPolicy };
  const answer = new Answer();
  yield emit({ event: "llm_call_start", data: { llm_call: call.number } });
  try {
    yield* stream(openStream(model, request, answer, call, signal), answer, signal);
  } catch (error) {
    yield* endCall(answer, request, counters);
    throw error instanceof ModelError ? RunError.client(error) : error;
  }
  const items = answer.items();
  yield* append(history, items.map((item) => ({ item })));
  yield* endCall(answer, request, counters);
  const { stopReason } = answer;
  yield emit({
    event: "turn_end",
    data: {
      turn: counters.turn,
      result: "finished",
      ...(stopReason !== null && { stop_reason: stopReason }),
    },
  });
  counters.turn++;
  const notice = stopReason === null ? undefined : STOP_NOTICES[stopReason];
  if (notice !== undefined) yield warning(notice);
  const calls = answer.calls(items);
  if (stopReason !== "max_tokens") return calls;
  return calls.map(({ call }) => ({
    call,
    problem: "the answer was cut before the call was whole",
  }));
}

/** Shows the stream as it comes and collects it in `answer`. */
async function* stream(
  opening: ReturnType<typeof openStream>,
  answer: Answer,
  signal: AbortSignal,
): AsyncGenerator<Step> {
  const opened = yield* opening;
  if (opened === null) throw RunError.cancelled(signal);
  try {
    yield* show(opened.first, answer);
    while (answer.stopReason === null) {
      const next = await opened.rest.next();
      if (signal.aborted) throw RunError.cancelled(signal);
      if (next.done) throw new ModelError("broken", "SSE parse error: the stream ended early");
      yield* show(next.value, answer);
    }
  } finally {
    await opened.rest.return?.();
  }
  if (answer.isEmpty) {
    throw new ModelError("api", "API error: the model returned neither an answer nor its usage");
  }
}

function* show(event: ModelEvent, answer: Answer): Generator<Step> {
  const shown = answer.add(event);
  if (shown !== undefined) yield emit(shown);
}

/** Closes what `llm_call_start` opened, however the call ended. */
function* endCall(answer: Answer, request: ModelRequest, counters: Counters): Generator<Step> {
  const { usage } = answer;
  if (usage !== null) {
    yield { kind: "usage", historyLength: request.items.length, usage };
    yield emit({
      event: "usage",
      data: {
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        ...(usage.cacheReadTokens !== null &&
          { cache_read_input_tokens: usage.cacheReadTokens }),
      },
    });
  }
  yield emit({ event: "llm_call_end", data: { llm_call: counters.llmCall } });
  counters.llmCall++;
}

/** The tools as the model is told of them; sorted, so that the prompt's prefix is stable. */
function sortTools(tools: readonly Tool[]): readonly ToolDefinition[] {
  const sorted = [...tools].sort((a, b) => a.name < b.name ? -1 : 1);
  const twice = sorted.find((tool, index) => tool.name === sorted[index + 1]?.name);
  if (twice === undefined) return sorted;
  throw new PodError("duplicate_tool", `duplicate tool name: '${twice.name}'`);
}
