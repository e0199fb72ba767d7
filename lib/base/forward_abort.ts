/**
 * Aborts `target` when `source` is aborted, until it is disposed of. For `AbortSignal.any`, whose
 * signals Deno 2.6 forgets in a garbage collection even while somebody listens to them.
 *
 * @example
 * ```ts
 * const stop = new AbortController();
 * using _forwarding = forwardAbort(signal, stop);
 * ```
 */
export function forwardAbort(source: AbortSignal, target: AbortController): Disposable {
  const forward = () => target.abort(source.reason);
  source.addEventListener("abort", forward, { once: true });
  if (source.aborted) forward();
  return { [Symbol.dispose]: () => source.removeEventListener("abort", forward) };
}
