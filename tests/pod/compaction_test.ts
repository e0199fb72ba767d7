import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, apiError, call, EventModel, type Played, text } from "../support/event_model.ts";
import { measuring, open, told } from "./compacting_pod.ts";
import { SILENT } from "./hanging.ts";
import { Bench, brief, echo } from "./support.ts";
import { assertValidRequest } from "./valid_request.ts";

const SUMMARY = answer(call("s1", "write_summary", '{"text":"what was done"}'));
const BROKEN: Played = { error: apiError(400, "no summary today") };

Deno.test("40.12-28 30.14-26 past the threshold a run begins in a new segment, with a summary", async () => {
  const model = new EventModel(measuring(500, text("one")), answer(text("two")));
  await using opened = await open(model, new EventModel(SUMMARY, answer(text("ok"))), {
    threshold: 1,
    retained_tokens: 0,
  });
  const { bench } = opened;
  await bench.run("first");
  const old = bench.pod.segmentId;
  const oldEntries = bench.entries();
  bench.events.length = 0;
  await bench.run("second");
  deepEqual(told(bench), [
    "status running",
    "compact_start",
    "segment_rotated",
    "compact_done",
    "user_message",
    "turn_start 1",
    "turn_end 1 finished",
    "run_end finished",
    "status idle",
  ]);
  const done = bench.events.find(({ event }) => event === "compact_done");
  const usage = {
    llm_calls: 2,
    input_tokens: 20,
    output_tokens: 10,
    cache_read_input_tokens: 0,
  };
  deepEqual(done, {
    event: "compact_done",
    data: { new_segment_id: bench.pod.segmentId, usage },
  });
  deepEqual([...bench.store.readEntries(bench.parts.sessionId, old)], oldEntries);
  deepEqual(bench.kinds(), [
    "segment_start",
    "extension",
    "extension",
    "invoke",
    "user_input",
    "extension",
    "assistant_item",
    "llm_usage",
    "turn_end",
    "run_completed",
  ]);
  const [start, scope] = bench.entries();
  ok(start?.kind === "segment_start" && scope?.kind === "extension");
  equal(start.session_id, bench.parts.sessionId);
  equal(start.system_prompt, "You are a test.");
  deepEqual(start.compacted_from, { segment_id: old, at_turn_index: 1 });
  equal(scope.domain, "pod.scope");
  deepEqual(brief(bench.pod.history), [
    "system: [Compacted context summary]\n\nwhat was done",
    "user: first",
    "user: second",
    "assistant: two",
  ]);
  equal(model.requests[1]?.cacheAnchor, 0);
  equal(model.requests[1]?.cacheKey, bench.pod.segmentId);
  bench.assertWhole();
  bench.restart();
  equal(bench.pod.turnCount, 2);
  bench.assertWhole();
});

Deno.test("40.12-29 30.14-27 past the request threshold the run makes room in its middle and goes on", async () => {
  const model = new EventModel(
    answer(text("one")),
    measuring(5000, call("c1", "Echo", '{"a":1}')),
    answer(text("two")),
  );
  await using opened = await open(model, new EventModel(SUMMARY, answer(text("ok"))), {
    request_threshold: 4000,
    retained_tokens: 10,
  });
  const { bench } = opened;
  await bench.run("x".repeat(8000));
  bench.events.length = 0;
  const old = bench.pod.segmentId;
  await bench.run("second");
  deepEqual(told(bench), [
    "status running",
    "user_message",
    "turn_start 1",
    "turn_end 1 finished",
    "turn_start 2",
    "turn_end 2 paused",
    "compact_start",
    "segment_rotated",
    "compact_done",
    "turn_start 2",
    "turn_end 2 finished",
    "run_end finished",
    "status idle",
  ]);
  const oldEntries = [...bench.store.readEntries(bench.parts.sessionId, old)];
  deepEqual(oldEntries.slice(-2).map(({ ts: _, ...rest }) => rest), [
    { kind: "turn_end", turn_count: 2 },
    { kind: "run_completed", interrupted: true, result: "yielded" },
  ]);
  equal(bench.kinds().includes("invoke"), false);
  deepEqual(brief(bench.pod.history), [
    "system: [Compacted context summary]\n\nwhat was done",
    "user: second",
    "call c1",
    'result c1: said {"a":1}',
    "assistant: two",
  ]);
  for (const { items } of model.requests) assertValidRequest(items);
  bench.assertWhole();
});

Deno.test("40.12-30 30.14-28 a failing summary: before a run it only warns, three in a row and it stays off", async () => {
  const answers = Array.from({ length: 6 }, (_, index) => measuring(500, text(`${index}`)));
  const model = new EventModel(...answers);
  await using opened = await open(model, new EventModel(), { threshold: 1, retained_tokens: 0 });
  const { bench } = opened;
  const failed = "compact_failed Client error: API error (status: 500): used up";
  const warned =
    "warn compactor: pre-run compaction failed: Client error: API error (status: 500): used up";
  await bench.run("0");
  for (const input of ["1", "2", "3"]) {
    bench.events.length = 0;
    const { result } = await bench.run(input);
    equal(result, "finished");
    deepEqual(told(bench).slice(1, 4), ["compact_start", failed, warned]);
  }
  bench.events.length = 0;
  await bench.run("4");
  ok(!told(bench).includes("compact_start"));
  equal(bench.pod.whyNotCompact(), "manual compact is disabled after repeated compaction failures");
});

Deno.test("40.12-30 a failing summary in the middle of a run ends it, and the old segment stays usable", async () => {
  const model = new EventModel(
    measuring(5000, call("c1", "Echo", '{"a":1}')),
    answer(text("went on")),
  );
  await using opened = await open(model, new EventModel(BROKEN), {
    request_threshold: 4000,
    retained_tokens: 0,
  });
  const { bench } = opened;
  const { result } = await bench.run("first");
  equal(result, "failed");
  deepEqual(told(bench).slice(-5), [
    "compact_start",
    "compact_failed Client error: API error (status: 400): no summary today",
    "error compactor: mid-run compaction failed: Client error: API error (status: 400): no summary today",
    "error provider_error: Client error: API error (status: 400): no summary today",
    "status paused",
  ]);
  equal(bench.pod.segmentId, bench.parts.segmentId);
  bench.assertWhole();
});

Deno.test("40.12-38 40.11-W23 30.13-12 a cancel during a compaction stops it and leaves the segment as it was", async () => {
  for (const intent of ["cancel", "pause", "shutdown"] as const) {
    const model = new EventModel(measuring(500, text("one")), answer(text("two")));
    const summariser = new EventModel(SILENT, SUMMARY, answer(text("ok")));
    await using opened = await open(model, summariser, { threshold: 1, retained_tokens: 0 });
    const { bench } = opened;
    await bench.run("first");
    const before = bench.entries();
    bench.events.length = 0;
    summariser.onStall = () => bench.stop(intent);
    const { result } = await bench.run("second");
    equal(result, intent === "shutdown" ? "cancelled" : "rolled_back");
    deepEqual(told(bench).slice(1, 4), [
      "compact_start",
      "compact_failed Cancelled",
      "user_message",
    ]);
    ok(!told(bench).some((line) => line.includes("compaction failed")));
    const isKept = bench.kinds().filter((kind) => kind === "user_input").length === 2;
    equal(isKept, intent === "shutdown");
    if (!isKept) deepEqual(bench.entries(), before);
    bench.assertWhole();
    const again = await bench.run("third");
    equal(again.result, "finished");
    equal(
      bench.entries()[0]?.kind === "segment_start" && bench.pod.segmentId !== bench.parts.segmentId,
      true,
    );
  }
});

Deno.test("40.12-36 30.14-29 why there is nothing to compact", async () => {
  using plain = await Bench.open({ model: new EventModel() });
  equal(
    plain.pod.whyNotCompact(),
    "manual compact is unavailable because [compaction] is not configured",
  );
  const model = new EventModel(measuring(500, text("one")));
  await using opened = await open(model, new EventModel(), {});
  equal(
    opened.bench.pod.whyNotCompact(),
    "manual compact skipped: no conversation history to compact",
  );
  await opened.bench.run("first");
  match(
    opened.bench.pod.whyNotCompact() ?? "",
    /^manual compact skipped: current context is within the retained tail \(5\d\d <= 8000 tokens\)$/,
  );
});

Deno.test("40.12-36 a manual compaction is seen to go on, and can be stopped", async () => {
  const model = new EventModel(measuring(500, text("one")));
  const summariser = new EventModel(SILENT, SUMMARY, answer(text("ok")));
  await using opened = await open(model, summariser, { retained_tokens: 0 });
  const { bench } = opened;
  await bench.run("first");
  bench.events.length = 0;
  const stop = new AbortController();
  summariser.onStall = () => stop.abort("cancel");
  equal((await bench.pod.compact(stop.signal)).result, "cancelled");
  equal((await bench.pod.compact(new AbortController().signal)).result, "finished");
  deepEqual(told(bench), [
    "status running",
    "compact_start",
    "compact_failed Cancelled",
    "error internal: Cancelled",
    "status idle",
    "status running",
    "compact_start",
    "segment_rotated",
    "compact_done",
    "status idle",
  ]);
  bench.assertWhole();
});

Deno.test("40.11-W17 30.13-30 what is too large even after a compaction ends the run with a clear error", async () => {
  const model = new EventModel(measuring(5000, call("c1", "Echo", '{"a":1}')));
  const summariser = new EventModel(
    answer(call("s1", "write_summary", JSON.stringify({ text: "x".repeat(8000) }))),
    answer(text("ok")),
  );
  await using opened = await open(model, summariser, {
    request_threshold: 1000,
    retained_tokens: 0,
  });
  const { bench } = opened;
  await bench.run("first");
  const thrash = "compaction thrash: context still exceeds threshold immediately after compact";
  deepEqual(told(bench).slice(-4), [
    `compact_failed ${thrash}`,
    `error compactor: mid-run compaction failed: ${thrash}`,
    `error internal: ${thrash}`,
    "status idle",
  ]);
  bench.assertWhole();
});

Deno.test("40.11-W21 calls without a result are answered before anything is summed up", async () => {
  const model = new EventModel(
    measuring(500, text("zero")),
    measuring(500, call("c1", "Hang"), call("c2", "Echo", "{}")),
    answer(text("resumed")),
  );
  const tools = [
    echo,
    new CountingTool("Hang", (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped")));
        bench.stop("pause");
      })),
  ];
  await using opened = await open(
    model,
    new EventModel(SUMMARY, answer(text("ok"))),
    { threshold: 100_000, request_threshold: 100_000, retained_tokens: 0 },
    { tools },
  );
  const { bench } = opened;
  await bench.run("zero");
  await bench.run("one");
  equal(bench.pod.status, "paused");
  await bench.resume();
  for (const { items } of model.requests) assertValidRequest(items);
  bench.assertWhole();
});
