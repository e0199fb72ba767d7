import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, apiError, call, EventModel, type Played, text } from "../support/event_model.ts";
import { measuring, open, told } from "./compacting_pod.ts";
import { brief } from "./support.ts";

const SUMMARY = answer(call("s1", "write_summary", '{"text":"what was done"}'));
const BROKEN: Played = { error: apiError(400, "no summary today") };
const DONE = [SUMMARY, answer(text("ok"))] as const;

Deno.test("40.11-W26 where there is nothing to sum up no summariser is asked, before a run or in it", async () => {
  const model = new EventModel(
    measuring(5000, call("c1", "Echo", '{"a":1}')),
    measuring(5000, text("one")),
    measuring(5000, text("two")),
  );
  const summariser = new EventModel(...DONE);
  await using opened = await open(model, summariser, {
    threshold: 1000,
    request_threshold: 4000,
    retained_tokens: 8000,
  });
  const { bench } = opened;
  equal((await bench.run("first")).result, "finished");
  equal((await bench.run("second")).result, "finished");
  equal(summariser.requests.length, 0);
  ok(!told(bench).includes("compact_start"));
});

Deno.test("40.12-35 a result that cannot be made small enough leaves the old segment in use", async () => {
  const model = new EventModel(measuring(500, text("one")), answer(text("two")));
  await using opened = await open(model, new EventModel(...DONE), {
    threshold: 1,
    retained_tokens: 0,
    result_context_max_tokens: 10,
  });
  const { bench } = opened;
  await bench.run("first");
  equal((await bench.run("second")).result, "finished");
  match(
    told(bench).find((line) => line.startsWith("compact_failed")) ?? "",
    /compacted result context too large: \d+ tokens exceeds max 10$/,
  );
  equal(bench.pod.segmentId, bench.parts.segmentId);
  deepEqual(brief(bench.pod.history), [
    "user: first",
    "assistant: one",
    "user: second",
    "assistant: two",
  ]);
  bench.assertWhole();
});

Deno.test("40.12-37 a compaction forgets what was measured, and its summary is cached, also after a restart", async () => {
  const model = new EventModel(
    measuring(5000, text("one")),
    measuring(70, text("two")),
    measuring(90, text("three")),
  );
  await using opened = await open(model, new EventModel(...DONE), { retained_tokens: 0 });
  const { bench } = opened;
  const tokens = () => JSON.parse(bench.pod.snapshotJson()).data.greeting.context_tokens;
  await bench.run("first");
  ok(tokens() > 5000);
  await bench.pod.compact(new AbortController().signal);
  ok(tokens() < 100, `${tokens()}`);
  deepEqual(bench.replayed().observations.filter(({ kind }) => kind === "llm_usage"), []);
  await bench.run("second");
  bench.restart();
  ok(tokens() >= 70 && tokens() < 100, `${tokens()}`);
  await bench.run("third");
  deepEqual(model.requests.map(({ cacheAnchor }) => cacheAnchor), [undefined, 0, 0]);
  deepEqual(new Set(model.requests.slice(1).map(({ cacheKey }) => cacheKey)).size, 1);
  equal(model.requests[2]?.cacheKey, bench.pod.segmentId);
});

Deno.test("40.11-W20 40.8.10 in the middle of a run the request stays word by word, and what came in is not lost", async () => {
  const model = new EventModel(
    measuring(10, call("c1", "Echo", '{"a":1}')),
    measuring(5000, call("c2", "Echo", '{"a":2}')),
    answer(text("done")),
  );
  const summariser = new EventModel(...DONE);
  await using opened = await open(model, summariser, {
    request_threshold: 4000,
    retained_tokens: 10,
  });
  const { bench } = opened;
  bench.onEvent = ({ event }) => {
    if (event !== "usage" || model.requests.length !== 2) return;
    bench.pod.notify({ kind: "notification", message: "by the way" }, false);
  };
  await bench.run("do exactly this");
  equal(bench.eventNames().filter((name) => name === "run_end").length, 1);
  deepEqual(brief(bench.pod.history), [
    "system: [Compacted context summary]\n\nwhat was done",
    "user: do exactly this",
    "assistant: done",
  ]);
  match(JSON.stringify(summariser.requests[0]?.items), /by the way/);
  deepEqual(bench.waiting(), []);
  bench.assertWhole();
});

Deno.test("40.11-W24 a run whose summary failed in its middle can be resumed, also after a restart", async () => {
  for (const restarts of [false, true]) {
    const model = new EventModel(
      measuring(5000, call("c1", "Echo", '{"a":1}')),
      answer(text("went on")),
    );
    await using opened = await open(model, new EventModel(BROKEN, ...DONE), {
      request_threshold: 4000,
      retained_tokens: 0,
    });
    const { bench } = opened;
    equal((await bench.run("first")).result, "failed");
    if (restarts) bench.restart();
    equal(bench.pod.status, "paused");
    bench.assertWhole();
    equal((await bench.resume()).result, "finished");
    deepEqual(brief(bench.pod.history), [
      "system: [Compacted context summary]\n\nwhat was done",
      "user: first",
      "assistant: went on",
    ]);
    bench.assertWhole();
  }
});

Deno.test("40.11-W24 what follows such a run instead is told what happened", async () => {
  const model = new EventModel(
    measuring(5000, call("c1", "Echo", '{"a":1}')),
    answer(text("went on")),
  );
  const summariser = new EventModel(BROKEN, ...DONE);
  await using opened = await open(model, summariser, {
    request_threshold: 4000,
    retained_tokens: 0,
  });
  const { bench } = opened;
  equal((await bench.run("first")).result, "failed");
  equal((await bench.run("second")).result, "finished");
  const asked = JSON.stringify(summariser.requests[1]?.items);
  match(asked, /The previous turn ended early because of an error/);
  ok(!asked.includes("interrupted by the user"));
});

Deno.test("40.11-W17 a model that never says what a request took is compacted as often as it takes", async () => {
  const silent = (...blocks: Parameters<typeof answer>) =>
    answer(...blocks).filter(({ type }) => type !== "usage");
  const wordy = new CountingTool(
    "Wordy",
    () => Promise.resolve({ summary: "wrote", content: "w".repeat(20_000) }),
  );
  const model = new EventModel(
    silent(call("c1", "Wordy")),
    silent(call("c2", "Wordy")),
    silent(text("done")),
  );
  await using opened = await open(
    model,
    new EventModel(...DONE, ...DONE),
    { request_threshold: 4000, retained_tokens: 10 },
    { tools: [wordy] },
  );
  const { bench } = opened;
  equal((await bench.run("go")).result, "finished");
  equal(bench.eventNames().filter((name) => name === "compact_done").length, 2);
  bench.assertWhole();
});

Deno.test("40.11-W29 what the new context shows of a file may be edited at once", async () => {
  const model = new EventModel(measuring(500, text("one")));
  const marking = call("m1", "mark_read_required", '{"file_path":"a.txt"}');
  const summariser = new EventModel(
    answer(marking, call("s1", "write_summary", '{"text":"what was done"}')),
    answer(text("ok")),
  );
  await using opened = await open(model, summariser, { retained_tokens: 0 });
  const { bench, workspace } = opened;
  Deno.writeTextFileSync(`${workspace.ws}/a.txt`, "one\n");
  const edit = { file_path: "a.txt", old_string: "one", new_string: "two" };
  await bench.run("first");
  await rejects(workspace.call("Edit", edit), { message: /has not been read/ });
  equal((await bench.pod.compact(new AbortController().signal)).result, "finished");
  match((await workspace.call("Edit", edit)).summary, /^Edited/);
});

Deno.test("40.8.9 a pod that compacts only when it is asked to is always ready for that", async () => {
  const model = new EventModel(measuring(500, text("one")));
  const summariser = new EventModel(BROKEN, BROKEN, BROKEN, ...DONE);
  await using opened = await open(model, summariser, { retained_tokens: 0 });
  const { bench } = opened;
  await bench.run("first");
  const { signal } = new AbortController();
  for (const result of ["failed", "failed", "failed", "finished"]) {
    equal(bench.pod.whyNotCompact(), null);
    equal((await bench.pod.compact(signal)).result, result);
  }
});
