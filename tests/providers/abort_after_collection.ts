/**
 * A program of its own, as the garbage collector has to be callable (`--v8-flags=--expose-gc`): aborts
 * calls after a collection, and prints what they ended with.
 */
import { openWire, requestOf, resolvedModel, said } from "../support/model_calls.ts";
import { inTime } from "../support/in_time.ts";
import { startModelServer } from "../support/model_server.ts";
import { sleep } from "../../lib/base/mod.ts";

const { gc } = globalThis as unknown as { gc(): void };
const STALLS = [{ delayMs: Infinity }, { text: ["half", "more"], stallAfterEvents: 4 }];

await using server = startModelServer(STALLS);
const model = await openWire(resolvedModel("anthropic", server.url));
for (const index of STALLS.keys()) {
  const abort = new AbortController();
  const stream = model.stream(requestOf([said("user", "hello")]), abort.signal);
  const events = stream[Symbol.asyncIterator]();
  if (index === 1) { while ((await events.next()).value?.type !== "block_delta"); }
  const next = events.next();
  await server.request(index);
  // What only the stack still holds would outlive the collection.
  await sleep(10);
  gc();
  await sleep(10);
  gc();
  abort.abort();
  const end = JSON.stringify(await inTime("the end of the stream", next));
  await Deno.stdout.write(new TextEncoder().encode(`${end}\n`));
}
Deno.exit();
