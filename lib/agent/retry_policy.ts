import { isRetryable, ModelError } from "../providers/mod.ts";

/** How often and how patiently a stream is opened (spec 20 §5.1). */
export interface RetryPolicy {
  /** @default 4 */
  readonly maxAttempts: number;
  /** Upper bound of the first wait; doubles with each attempt. @default 500 */
  readonly baseMs: number;
  /** Upper bound of any wait that the provider did not ask for. @default 10_000 */
  readonly capMs: number;
  /** All waits of one call together. @default 40_000 */
  readonly budgetMs: number;
}

/** The policy used when nothing else is configured. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 4,
  baseMs: 500,
  capMs: 10_000,
  budgetMs: 40_000,
};

/** Whether a call failed in a way that may pass by itself: another one can then go well. */
export function mayPass(error: unknown): error is ModelError {
  return error instanceof ModelError && (error.kind === "broken" || isRetryable(error));
}

/** The wait after failed attempt `attempt` (1, 2, …): what the provider asked for, else full jitter. */
export function waitAfter(attempt: number, error: ModelError, policy: RetryPolicy): number {
  if (error.retryAfterMs !== undefined) return error.retryAfterMs;
  const ceiling = Math.min(policy.baseMs * 2 ** (attempt - 1), policy.capMs);
  return Math.floor(Math.random() * ceiling);
}
