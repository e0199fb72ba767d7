const GIVE_UP_MS = 20_000;

/**
 * What `promise` gives.
 *
 * @param what names it in the error
 * @throws {Error} when it takes too long; the promise is left to itself then.
 */
export async function inTime<Value>(what: string, promise: Promise<Value>): Promise<Value> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it took too long: ${what}`)), GIVE_UP_MS);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
