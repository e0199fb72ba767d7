import type { Item } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, text, usage } from "../support/event_model.ts";
import { measuring, metricsOf, open, told } from "./compacting_pod.ts";
import { Bench } from "./support.ts";

/** A tool with a lot to say. */
const wordy = new CountingTool(
  "Wordy",
  (_input, { callId }) =>
    Promise.resolve({ summary: `wrote ${callId}`, content: "w".repeat(20_000) }),
);

function resultContents(items: readonly Item[]): boolean[] {
  return items.flatMap((item) => item.kind === "tool_result" ? ["content" in item] : []);
}

Deno.test("40.12-24 40.12-25 40.12-26 30.14-43 old output is left out of requests, the log says so, history keeps it", async () => {
  const calls = Array.from(
    { length: 4 },
    (_, index) => measuring(5000 * (index + 1), call(`c${index}`, "Wordy")),
  );
  const model = new EventModel(
    ...calls,
    answer(text("done")).map((event) =>
      event.type === "usage" ? usage(12_000, 5, 9000, 100) : event
    ),
    answer(text("more")),
  );
  await using opened = await open(model, new EventModel(), { prune_min_savings: 12_000 }, {
    tools: [wordy],
  });
  const { bench } = opened;
  await bench.run("go");
  deepEqual(model.requests.map(({ items }) => resultContents(items)), [
    [],
    [true],
    [true, true],
    [true, true, true],
    [false, false, true, true],
  ]);
  deepEqual(resultContents(bench.pod.history), [true, true, true, true]);
  const metrics = metricsOf(bench);
  deepEqual(metrics.map(({ name }) => name), [
    "prune.skip",
    "prune.skip",
    "prune.skip",
    "prune.skip",
    "prune.fire",
    "prune.post_request",
  ]);
  deepEqual(metrics[0]?.dimensions, { reason: "no_candidates" });
  deepEqual(metrics[3]?.dimensions, {
    reason: "below_min_savings",
    candidate_count: "1",
    protected_start_index: "4",
  });
  const [fire, post] = metrics.slice(-2);
  equal(fire?.correlation_id, post?.correlation_id);
  deepEqual(fire?.dimensions, { candidate_count: "2", protected_start_index: "6" });
  deepEqual([post?.value, post?.dimensions], [
    9000,
    { cache_write_tokens: "100", history_len: "9" },
  ]);
  bench.restart();
  await bench.run("after a restart");
  deepEqual(resultContents(model.requests[5]?.items ?? []), [false, false, true, true]);
});

Deno.test("40.12-26 30.14-43 that a metric cannot be written is told, and the run goes on", async () => {
  const model = new EventModel(answer(text("one")));
  await using opened = await open(model, new EventModel(), {}, {
    wrapLog: (log) => ({
      get length() {
        return log.length;
      },
      get drifted() {
        return log.drifted;
      },
      append(...entries) {
        const isMetric = entries.some((entry) =>
          entry.kind === "extension" && entry.domain === "metrics"
        );
        if (isMetric) throw new Error("disk full");
        log.append(...entries);
      },
      sync: () => log.sync(),
      truncate: (count, ...kept) => log.truncate(count, ...kept),
      copy: (id) => log.copy(id),
      readText: () => log.readText(),
      readEntries: () => log.readEntries(),
      close: () => log.close(),
      [Symbol.dispose]: () => log.close(),
    }),
  });
  const { bench } = opened;
  equal((await bench.run("go")).result, "finished");
  ok(
    told(bench).includes(
      "warn pod: failed to record metric `prune.skip`: History append failed: disk full",
    ),
  );
});

Deno.test("30.14-43 without a [compaction] section there are no metrics", async () => {
  using bench = await Bench.open({ model: new EventModel(answer(text("one"))) });
  await bench.run("go");
  deepEqual(metricsOf(bench), []);
});

Deno.test("40.11-W15 a client is told how much the context holds now", async () => {
  using bench = await Bench.open({ model: new EventModel(measuring(4321, text("one"))) });
  const tokens = () => JSON.parse(bench.pod.snapshotJson()).data.greeting.context_tokens;
  equal(tokens(), 0);
  await bench.run("go");
  ok(tokens() >= 4321 && tokens() < 4400, `${tokens()}`);
});
