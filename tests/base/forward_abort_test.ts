import { deepEqual, equal } from "node:assert/strict";
import { forwardAbort } from "../../lib/base/mod.ts";

Deno.test("forwardAbort passes an abort on with its reason, also one that came before", () => {
  for (const early of [true, false]) {
    const source = new AbortController();
    const target = new AbortController();
    if (early) source.abort("enough");
    using _forwarding = forwardAbort(source.signal, target);
    source.abort("enough");
    deepEqual([target.signal.aborted, target.signal.reason], [true, "enough"]);
  }
});

Deno.test("forwardAbort passes nothing on once it is disposed of", () => {
  const source = new AbortController();
  const target = new AbortController();
  forwardAbort(source.signal, target)[Symbol.dispose]();
  source.abort();
  equal(target.signal.aborted, false);
});
