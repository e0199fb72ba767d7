import type { Item } from "../protocol/mod.ts";
import { costOf, ModelError, type ModelEvent, type ModelRequest } from "../providers/mod.ts";
import type { Answer } from "./answer.ts";
import type { ModelLine } from "./model_line.ts";
import { type OpenStream, openStream } from "./open_stream.ts";
import { DEFAULT_RETRY_POLICY, mayPass } from "./retry_policy.ts";
import { RunError } from "./run_error.ts";
import type { Counters, TurnsRequest } from "./run_turns.ts";
import { append, emit, type Step } from "./step.ts";

/**
 * One call: shows the stream as it comes, collects it in `answer`, and commits the answer when it is
 * whole.
 *
 * @returns the committed items, or why the stream broke; nothing has been committed then.
 * @throws {RunError} when `signal` was aborted, or the model failed for good.
 */
export async function* callModel(
  sent: ModelRequest,
  answer: Answer,
  models: ModelLine,
  { history, counters, retryPolicy }: TurnsRequest,
  signal: AbortSignal,
): AsyncGenerator<Step, Item[] | ModelError> {
  const call = { number: counters.llmCall, policy: retryPolicy ?? DEFAULT_RETRY_POLICY };
  yield emit({ event: "llm_call_start", data: { llm_call: call.number } });
  let broken: ModelError | null;
  try {
    broken = yield* listen(yield* openStream(models, sent, answer, call, signal), answer, signal);
  } catch (error) {
    yield* endCall(sent, answer, models, counters);
    throw error instanceof ModelError ? RunError.client(error) : error;
  }
  const items = broken === null ? answer.items() : [];
  yield* append(history, items.map((item) => ({ item })));
  yield* endCall(sent, answer, models, counters);
  return broken ?? items;
}

/** Reads on to the proper end of the answer, and returns null; else why the stream broke. */
async function* listen(
  opened: OpenStream | null,
  answer: Answer,
  signal: AbortSignal,
): AsyncGenerator<Step, ModelError | null> {
  if (opened === null) throw RunError.cancelled(signal);
  try {
    yield* show(opened.first, answer);
    while (answer.stopReason === null) {
      const next = await opened.rest.next();
      if (signal.aborted) throw RunError.cancelled(signal);
      if (next.done) return new ModelError("broken", "SSE parse error: the stream ended early");
      yield* show(next.value, answer);
    }
  } catch (error) {
    if (mayPass(error)) return error;
    throw error;
  } finally {
    await opened.rest.return?.();
  }
  if (!answer.isEmpty) return null;
  throw new ModelError("api", "API error: the model returned neither an answer nor its usage");
}

function* show(event: ModelEvent, answer: Answer): Generator<Step> {
  const shown = answer.add(event);
  if (shown !== undefined) yield emit(shown);
}

/** Closes what `llm_call_start` opened, however the call ended. */
function* endCall(
  { items }: ModelRequest,
  { usage }: Answer,
  { current: { info: { price } } }: ModelLine,
  counters: Counters,
): Generator<Step> {
  if (usage !== null) {
    yield { kind: "usage", historyLength: items.length, usage };
    const cost = price === undefined ? undefined : costOf(usage, price);
    yield emit({
      event: "usage",
      data: {
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        ...(usage.cacheReadTokens !== null && { cache_read_input_tokens: usage.cacheReadTokens }),
        ...(cost !== undefined && { cost_usd: cost }),
      },
    });
  }
  yield emit({ event: "llm_call_end", data: { llm_call: counters.llmCall } });
  counters.llmCall++;
}
