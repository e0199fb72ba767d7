import { deepEqual, equal } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, apiError, call, EventModel, type Played, text } from "../support/event_model.ts";
import { measuring, metricsOf, open } from "./compacting_pod.ts";
import { SILENT } from "./hanging.ts";
import { type Bench, echo } from "./support.ts";

const WRITE = call("s1", "write_summary", '{"text":"what was done"}');
const BROKEN: Played = { error: apiError(400, "no summary today") };

function compactions(bench: Bench): unknown[][] {
  return metricsOf(bench).filter(({ name }) => String(name).startsWith("compact."))
    .map(({ name, value, dimensions }) => [name, value, dimensions]);
}

Deno.test("40.11-W30 40.11-W19 the log says what a compaction came from, what it cut and what it used", async () => {
  const model = new EventModel(
    answer(text("one")),
    measuring(5000, call("c1", "Echo"), call("c2", "Echo")),
    answer(text("two")),
  );
  const summariser = new EventModel(measuring(70, WRITE), measuring(90, text("ok")));
  await using opened = await open(model, summariser, {
    request_threshold: 4000,
    retained_tokens: 10,
  });
  const { bench } = opened;
  await bench.run("x".repeat(8000));
  await bench.run("second");
  const [[name, value, dimensions] = []] = compactions(bench);
  const { tokens_after, ...others } = dimensions as Record<string, string>;
  equal(name, "compact.done");
  equal(Number(value) > 5000, true);
  equal(Number(tokens_after) > 40 && Number(tokens_after) < 400, true, tokens_after);
  deepEqual(others, {
    trigger: "mid-run",
    summarized_items: "3",
    balancing_items: "3",
    worker_calls: "2",
    worker_input_tokens: "160",
    worker_output_tokens: "10",
  });
});

Deno.test("40.11-W30 a compaction that failed is in the log, one that was stopped is not", async () => {
  const model = new EventModel(measuring(500, text("one")));
  const summariser = new EventModel(measuring(70, text("no")), BROKEN, SILENT);
  await using opened = await open(model, summariser, { retained_tokens: 0 });
  const { bench } = opened;
  await bench.run("first");
  const stop = new AbortController();
  summariser.onStall = () => stop.abort("cancel");
  equal((await bench.pod.compact(stop.signal)).result, "failed");
  equal((await bench.pod.compact(stop.signal)).result, "cancelled");
  const [[name, value, dimensions] = [], ...others] = compactions(bench);
  deepEqual(others, []);
  equal(name, "compact.failed");
  equal(Number(value) > 500, true);
  deepEqual(dimensions, {
    trigger: "manual",
    error: "Client error: API error (status: 400): no summary today",
    worker_calls: "2",
    worker_input_tokens: "70",
    worker_output_tokens: "5",
  });
  bench.assertWhole();
});

Deno.test("40.11-W14 what a request that was never answered had dropped is not said of a later one", async () => {
  const wordy = new CountingTool(
    "Wordy",
    (_input, { callId }) =>
      Promise.resolve({ summary: `wrote ${callId}`, content: "w".repeat(20_000) }),
  );
  const model = new EventModel(
    measuring(20, call("c1", "Wordy")),
    measuring(10_000, call("c2", "Echo")),
    BROKEN,
    measuring(6000, text("again")),
  );
  const limits = { prune_protected_tokens: 0, prune_min_savings: 6000 };
  await using opened = await open(model, new EventModel(), limits, { tools: [wordy, echo] });
  const { bench } = opened;
  equal((await bench.run("first")).result, "failed");
  equal((await bench.run("second")).result, "finished");
  const names = metricsOf(bench).map(({ name }) => name);
  deepEqual(names, ["prune.skip", "prune.skip", "prune.fire", "prune.skip"]);
});
