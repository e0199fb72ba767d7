import { sleep } from "../base/mod.ts";
import { ModelError, type ModelEvent, modelName, type ModelRequest } from "../providers/mod.ts";
import type { Answer } from "./answer.ts";
import type { ModelLine } from "./model_line.ts";
import { mayPass, type RetryPolicy, waitAfter } from "./retry_policy.ts";
import { emit, type Step } from "./step.ts";

/** A stream whose first content has arrived. */
export interface OpenStream {
  /** The first event that is not a usage report. */
  readonly first: ModelEvent;
  /** What is still to come. */
  readonly rest: AsyncIterator<ModelEvent>;
}

/**
 * Opens a stream, again and again as the policy allows, then with the next model of the line. A
 * stream counts as open with its first block or its end: whatever goes wrong before that has shown
 * nothing and can be tried anew. Usage that is reported before goes to `answer`: it was spent,
 * whatever becomes of the stream.
 *
 * @returns null when `signal` was aborted.
 * @throws {ModelError} of the last attempt.
 */
export async function* openStream(
  models: ModelLine,
  request: ModelRequest,
  answer: Answer,
  call: { readonly number: number; readonly policy: RetryPolicy },
  signal: AbortSignal,
): AsyncGenerator<Step, OpenStream | null> {
  const { policy } = call;
  const startedAt = performance.now();
  let waitedMs = 0;
  for (let attempt = 1;; attempt++) {
    answer.model = modelName(models.current.info);
    const stream = models.current.stream(request, signal)[Symbol.asyncIterator]();
    try {
      return await readFirst(stream, answer, signal);
    } catch (error) {
      if (signal.aborted) return null;
      if (!mayPass(error)) throw error;
      const waitMs = waitAfter(attempt, error, policy);
      if (attempt >= policy.maxAttempts || waitedMs + waitMs > policy.budgetMs) {
        if (!(yield* models.fallBack(error))) throw error;
        [attempt, waitedMs] = [0, 0];
        continue;
      }
      yield emit({
        event: "llm_retry",
        data: {
          llm_call: call.number,
          failed_attempt: attempt,
          max_attempts: policy.maxAttempts,
          wait_ms: waitMs,
          elapsed_ms: Math.round(performance.now() - startedAt),
          ...(error.status !== undefined && { status: error.status }),
          error: error.message,
        },
      });
      await sleep(waitMs, signal);
      if (signal.aborted) return null;
      waitedMs += waitMs;
    }
  }
}

async function readFirst(
  stream: AsyncIterator<ModelEvent>,
  answer: Answer,
  signal: AbortSignal,
): Promise<OpenStream | null> {
  for (;;) {
    const next = await stream.next();
    if (signal.aborted) {
      await stream.return?.();
      return null;
    }
    if (next.done) {
      throw new ModelError("broken", "SSE parse error: the stream ended before the answer did");
    }
    if (next.value.type !== "usage") return { first: next.value, rest: stream };
    answer.add(next.value);
  }
}
