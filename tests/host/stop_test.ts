import { Stop } from "../../lib/host/mod.ts";
import { equal } from "../support/assert.ts";

Deno.test("the first reason wins and everybody who waits is told", async () => {
  using stop = new Stop();
  equal(stop.reason, null);
  const told = stop.requested();
  stop.request("timeout");
  stop.request("SIGINT");
  equal(stop.reason, "timeout");
  equal(await told, "timeout");
  equal(await stop.requested(), "timeout");
  equal(stop.signal.reason, "timeout");
});

Deno.test("a time limit and a closed output ask for the stop", async () => {
  using late = new Stop().onTimeout(1);
  equal(await late.requested(), "timeout");
  const closed = new AbortController();
  using stop = new Stop().onAbort(closed.signal, "output_closed");
  closed.abort();
  equal(stop.reason, "output_closed");
});

Deno.test("what was set up is taken down again", () => {
  const closed = new AbortController();
  const stop = new Stop().onSignals().onTimeout(60_000).onAbort(closed.signal, "output_closed");
  stop[Symbol.dispose]();
  closed.abort();
  equal(stop.reason, null);
});
