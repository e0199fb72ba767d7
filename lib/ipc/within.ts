/**
 * What `step` gives, if it gives it in time. It is not stopped otherwise; that is up to `giveUp`, which
 * returns the error to throw.
 */
export async function within<Value>(
  timeoutMs: number,
  step: Promise<Value>,
  giveUp: () => Error,
): Promise<Value> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(giveUp()), timeoutMs);
  try {
    return await Promise.race([step, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
