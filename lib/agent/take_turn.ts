import { type Item, type StopReason, textMessage } from "../protocol/mod.ts";
import { ModelError, type ModelRequest, type ToolDefinition } from "../providers/mod.ts";
import { Answer, type AnsweredCall } from "./answer.ts";
import { callModel } from "./call_model.ts";
import type { ModelLine } from "./model_line.ts";
import { RunError } from "./run_error.ts";
import type { TurnsRequest } from "./run_turns.ts";
import { append, emit, type Step, warning } from "./step.ts";

/** What people should know about an answer that did not come to its natural end. */
const STOP_NOTICES: Partial<Record<StopReason, string>> = {
  max_tokens: "the answer was cut at the model's output limit; raise worker.max_tokens",
  refusal: "the model declined to answer",
};

/** Follows the kept words of a broken answer: models take no request that ends with their own. */
const GO_ON: Item = textMessage(
  "system",
  "[The connection broke while you were answering. What you had said until then is above. Go on " +
    "where it ends, without saying it again. No tool has been called since.]",
);

/**
 * One turn: asks the model until an answer is whole, and commits it. After a stream that broke
 * half-way the next call starts from the whole texts that it had brought (spec 20 §5.2).
 *
 * @returns the tool calls of the answer; `yielded` when a hook wants that.
 * @throws {RunError} as `runTurns` does.
 */
export async function* takeTurn(
  request: TurnsRequest,
  tools: readonly ToolDefinition[],
  models: ModelLine,
  signal: AbortSignal,
): AsyncGenerator<Step, AnsweredCall[] | "yielded"> {
  const { history, counters, maxContinuations = 3 } = request;
  for (let breaks = 1;; breaks++) {
    const sent = yield* prepare(request, tools, signal);
    if (sent === "yielded") return "yielded";
    const call = counters.llmCall;
    const answer = new Answer();
    const outcome = yield* callModel(sent, answer, models, request, signal);
    if (!(outcome instanceof ModelError)) return yield* endTurn(answer, outcome, models, request);

    if (breaks > maxContinuations) {
      if (!(yield* models.fallBack(outcome))) throw brokenTooOften(outcome);
      breaks = 1;
    }
    const kept = answer.keptItems();
    if (kept.length > 0) yield* append(history, [...kept, GO_ON].map((item) => ({ item })));
    yield emit({
      event: "llm_continuation",
      data: {
        llm_call: call,
        attempt: breaks,
        max_attempts: maxContinuations,
        reason: outcome.message,
      },
    });
  }
}

/** The next request, after everybody who may add to it or change it. */
async function* prepare(
  { history, hooks = {}, system, config, cacheKey, cacheAnchor }: TurnsRequest,
  tools: readonly ToolDefinition[],
  signal: AbortSignal,
): AsyncGenerator<Step, ModelRequest | "yielded"> {
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
  return { system, items, tools, config, cacheKey, cacheAnchor };
}

/** Closes the turn; returns the tool calls in its answer. */
function* endTurn(
  answer: Answer,
  items: readonly Item[],
  models: ModelLine,
  { counters }: TurnsRequest,
): Generator<Step, AnsweredCall[]> {
  const { stopReason } = answer;
  yield emit({
    event: "turn_end",
    data: {
      turn: counters.turn,
      result: "finished",
      ...(stopReason !== null && { stop_reason: stopReason }),
      ...(models.hasFallenBack && { model: models.current.info.id }),
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

function brokenTooOften(error: ModelError): RunError {
  const message = `API error: LLM stream interrupted too many times: ${error.message}`;
  return RunError.client(new ModelError("broken", message, { cause: error }));
}
