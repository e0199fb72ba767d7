import type { Entry } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, text, thinking } from "../support/event_model.ts";
import { half, hangingTool, SILENT } from "./hanging.ts";
import { at, Bench, brief, changed, failingAt, names } from "./support.ts";
import { notificationsIn } from "./valid_request.ts";

Deno.test("10.7.3 10.15-19 dec 17 dec 18 pause during text, then resume: line by line", async () => {
  const model = new EventModel(half("partial"), answer(text("resumed output")));
  using bench = await Bench.open({ model });
  const stopped = await bench.tell(() => bench.run("go", at("text_delta", "pause")));
  deepEqual(stopped.slice(stopped.indexOf('S turn_start {"turn":0}')), [
    'S turn_start {"turn":0}',
    'S llm_call_start {"llm_call":0}',
    'S text_delta {"text":"partial"}',
    'S llm_call_end {"llm_call":0}',
    'S turn_end {"turn":0,"result":"paused"}',
    'L turn_end {"turn_count":0}',
    'L run_errored {"interrupted":true,"message":"Cancelled"}',
    'L extension {"domain":"pod.status","payload":{"status":"paused"}}',
    'S run_end {"result":"paused"}',
    'S status {"status":"paused"}',
  ]);
  deepEqual(await bench.tell(() => bench.resume()), [
    'S status {"status":"running"}',
    'S turn_start {"turn":0}',
    'S llm_call_start {"llm_call":1}',
    'S text_delta {"text":"resumed output"}',
    'S text_done {"text":"resumed output"}',
    'L assistant_item {"item":{"kind":"message","role":"assistant",' +
    '"content":[{"kind":"text","text":"resumed output"}]}}',
    'L llm_usage {"history_len":1,"input_total_tokens":10,"cache_read_tokens":0,' +
    '"cache_write_tokens":0,"output_tokens":5}',
    'S usage {"input_tokens":10,"output_tokens":5}',
    'S llm_call_end {"llm_call":1}',
    'S turn_end {"turn":0,"result":"finished","stop_reason":"end_turn"}',
    'L turn_end {"turn_count":1}',
    'L run_completed {"interrupted":false,"result":"finished"}',
    'S run_end {"result":"finished"}',
    'S status {"status":"idle"}',
  ]);
  deepEqual(brief(bench.pod.history), ["user: go", "assistant: resumed output"]);
  bench.assertWhole();
});

Deno.test("30.14-16 pause after a text delta: the log ends interrupted, the partial text is nowhere", async () => {
  using bench = await Bench.open({ model: new EventModel(half("part"), answer(text("all"))) });
  deepEqual(await bench.run("go", at("text_delta", "pause")), { result: "paused", stopped: true });
  equal(bench.pod.status, "paused");
  const outcome = bench.entries().find((entry) => entry.kind === "run_errored");
  deepEqual(outcome, {
    kind: "run_errored",
    ts: outcome?.ts,
    interrupted: true,
    message: "Cancelled",
  });
  bench.assertWhole();
  deepEqual(await bench.resume(), { result: "finished" });
  deepEqual(brief(bench.pod.history), ["user: go", "assistant: all"]);
  equal(JSON.stringify(bench.entries()).includes('"part"'), false);
});

Deno.test("10.7.4 10.15-20 30.14-17 20.13-14 pause inside a tool, then a fresh run", async () => {
  const tool = hangingTool(() => bench.stop("pause"));
  const model = new EventModel(answer(call("c1", "Hang")), answer(text("fine")));
  using bench = await Bench.open({ model, tools: [tool] });
  const paused = await bench.tell(() => bench.run("go"));
  deepEqual(paused.slice(paused.findIndex((line) => line.startsWith("S turn_end"))), [
    'S turn_end {"turn":0,"result":"finished","stop_reason":"end_turn"}',
    'L tool_result {"item":{"kind":"tool_result","call_id":"c1",' +
    '"summary":"[Interrupted by user]","is_error":true}}',
    'S tool_result {"id":"c1","summary":"[Interrupted by user]","is_error":true}',
    'L turn_end {"turn_count":1}',
    'L run_errored {"interrupted":true,"message":"Cancelled"}',
    'L extension {"domain":"pod.status","payload":{"status":"paused"}}',
    'S run_end {"result":"paused"}',
    'S status {"status":"paused"}',
  ]);
  const fresh = await bench.tell(() => bench.run("new request"));
  deepEqual(names(fresh).slice(0, 8), [
    "S status",
    "L system_item",
    "S system_item",
    "L invoke",
    "L user_input",
    "S invoke_start",
    "S user_message",
    "S turn_start",
  ]);
  const request = brief(model.requests[1]?.items ?? []);
  deepEqual(request.toSpliced(3, 1), [
    "user: go",
    "call c1",
    "result c1: [Interrupted by user]",
    "user: new request",
  ]);
  match(request[3] ?? "", /^system: .*interrupted by the user/);
  equal(tool.begun.length, 1);
  const count = (is: (entry: Entry) => boolean) => bench.entries().filter(is).length;
  equal(count((entry) => entry.kind === "tool_result"), 1);
  equal(count((entry) => entry.kind === "system_item" && entry.item.kind === "interrupt"), 1);
  bench.assertWhole();
});

Deno.test("dec 16 calls that had not begun are run on resume, those that had are not run again", async () => {
  const tool = hangingTool(() => bench.stop("pause"));
  const quick = new CountingTool("Quick", () => ({ summary: "quick" }));
  const calls = answer(call("c1", "Hang"), call("c2", "Quick"));
  const model = new EventModel(calls, answer(text("fine")));
  using bench = await Bench.open({ model, tools: [tool, quick] });
  await bench.run("go");
  deepEqual(brief(bench.pod.history).slice(-2), ["call c2", "result c1: [Interrupted by user]"]);
  equal(quick.begun.length, 0);

  const resumed = await bench.tell(() => bench.resume());
  ok(
    resumed.indexOf('S tool_result {"id":"c2","summary":"quick","is_error":false}') <
      resumed.indexOf('S turn_start {"turn":1}'),
    "open calls are run before the next turn",
  );
  deepEqual(tool.begun.map(({ id }) => id), ["c1"]);
  deepEqual(quick.begun.map(({ id }) => id), ["c2"]);
  equal(brief(bench.pod.history).at(-1), "assistant: fine");
  bench.assertWhole();
});

Deno.test("dec 16 a pause between the answer and its tools leaves all calls to the resumed run", async () => {
  const quick = new CountingTool("Quick", () => ({ summary: "quick" }));
  const model = new EventModel(answer(call("c1", "Quick")), answer(text("fine")));
  using bench = await Bench.open({ model, tools: [quick] });
  equal((await bench.run("go", at("turn_end", "pause"))).result, "paused");
  deepEqual(brief(bench.pod.history), ["user: go", "call c1"]);
  bench.restart({ tools: [quick] });
  await bench.resume();
  deepEqual(quick.begun.map(({ id }) => id), ["c1"]);
  deepEqual(brief(bench.pod.history).slice(1), ["call c1", "result c1: quick", "assistant: fine"]);
  bench.assertWhole();
});

Deno.test("10.7.5 10.15-24 cancel after output: error Cancelled, no run_end, status idle", async () => {
  using bench = await Bench.open({ model: new EventModel(half("half")) });
  const story = await bench.tell(() => bench.run("go", at("text_delta", "cancel")));
  deepEqual(story.slice(story.indexOf('S text_delta {"text":"half"}')), [
    'S text_delta {"text":"half"}',
    'S llm_call_end {"llm_call":0}',
    'L turn_end {"turn_count":0}',
    'L run_errored {"interrupted":true,"message":"Cancelled"}',
    'S error {"code":"internal","message":"Cancelled"}',
    'S status {"status":"idle"}',
  ]);
  deepEqual(brief(bench.pod.history), ["user: go"]);
  bench.assertWhole();
});

for (const intent of ["cancel", "pause"] as const) {
  Deno.test(`10.7.6 10.15-21 30.14-19 ${intent} before any output: as if it had never been`, async () => {
    using bench = await Bench.open({ model: new EventModel(answer(text("1")), SILENT) });
    await bench.run("one");
    const before = Deno.readTextFileSync(bench.path);
    const story = await bench.tell(() => bench.run("two", at("llm_call_start", intent)));
    deepEqual(names(story), [
      "S status",
      "L invoke",
      "L user_input",
      "S invoke_start",
      "S user_message",
      "S turn_start",
      "S llm_call_start",
      "S llm_call_end",
      "L cut",
      "S run_end",
      "S status",
    ]);
    deepEqual(story.slice(-2), [
      'S run_end {"result":"rolled_back"}',
      'S status {"status":"idle"}',
    ]);
    equal(Deno.readTextFileSync(bench.path), before);
    deepEqual(brief(bench.pod.history), ["user: one", "assistant: 1"]);
    equal(bench.pod.snapshotJson().includes("two"), false);
    bench.assertWhole();
  });
}

Deno.test("30.5.6 a run that cannot be undone ends with an error and counts as stopped", async () => {
  const model = new EventModel(SILENT, answer(text("fine")));
  using bench = await Bench.open({
    model,
    wrapLog: (log) =>
      changed(log, {
        truncate() {
          throw new Error("read-only file system");
        },
      }),
  });
  bench.pod.notify({ kind: "notification", message: "once" }, false);
  const end = await bench.run("lost?", at("llm_call_start", "cancel"));
  equal(end.result, "failed");
  await bench.run("next");
  deepEqual(notificationsIn(bench.pod.history), ["once"]);
  deepEqual(brief(bench.pod.history).map((line) => line.slice(0, 16)), [
    "user: lost?",
    "system: [Notific",
    "system: [The pre",
    "user: next",
    "assistant: fine",
  ]);
  bench.assertWhole();
});

Deno.test("10.15-23 a run that is stopped while it is accepted leaves the next one alone", async () => {
  using bench = await Bench.open({ model: new EventModel(answer(text("fine"))) });
  const end = await bench.pod.run(
    [{ kind: "text", content: "one" }],
    AbortSignal.abort("cancel"),
  );
  deepEqual(end, { result: "rolled_back" });
  deepEqual(await bench.run("two"), { result: "finished" });
  deepEqual(brief(bench.pod.history), ["user: two", "assistant: fine"]);
});

Deno.test("dec 27 a shutdown before any output keeps the input", async () => {
  using bench = await Bench.open({ model: new EventModel(SILENT) });
  const end = await bench.run("go", at("llm_call_start", "shutdown"));
  equal(end.result, "cancelled");
  deepEqual(brief(bench.pod.history), ["user: go"]);
  equal(bench.kinds().at(-1), "run_errored");
  equal(bench.pod.status, "idle");
  bench.assertWhole();
});

Deno.test("30.14-20 10.15-22 pause after a whole block: not rolled back, the block does not come again", async () => {
  const stops = { events: text("whole block")(0), stall: true };
  const model = new EventModel(stops, answer(text("new answer")));
  using bench = await Bench.open({ model });
  equal((await bench.run("go", at("text_done", "pause"))).result, "paused");
  deepEqual(brief(bench.pod.history), ["user: go"]);
  await bench.resume();
  deepEqual(brief(bench.pod.history), ["user: go", "assistant: new answer"]);
  bench.assertWhole();
});

Deno.test("10.6.4 any sign of thinking or of a call counts as output", async () => {
  const starts = [thinking(undefined, "hm")(0).slice(0, 1), call("c", "Echo")(0).slice(0, 1)];
  for (const events of starts) {
    const model = new EventModel({ events, stall: true });
    using bench = await Bench.open({ model });
    model.onStall = () => bench.stop("cancel");
    equal((await bench.run("go")).result, "cancelled");
  }
});

Deno.test("30.5.6 tidying up is no output: a run that began with it is rolled back all the same", async () => {
  const tool = hangingTool(() => bench.stop("pause"));
  const model = new EventModel(answer(call("c1", "Hang"), call("c2", "Hang")), SILENT);
  using bench = await Bench.open({ model, tools: [tool] });
  await bench.run("go");
  const end = await bench.run("two", at("llm_call_start", "cancel"));
  deepEqual(end, { result: "rolled_back" });
  deepEqual(brief(bench.pod.history).slice(-2, -1), ["result c2: [Interrupted by user]"]);
  bench.assertWhole();
});

Deno.test("30.13-16 a roll-back after tidying up keeps it: the next run does not note it again", async () => {
  const model = new EventModel(half("half"), SILENT, answer(text("three")));
  using bench = await Bench.open({ model });
  await bench.run("one", at("text_delta", "cancel"));
  deepEqual(await bench.run("two", at("llm_call_start", "cancel")), { result: "rolled_back" });
  await bench.run("three");
  const notes = brief(bench.pod.history).filter((line) => line.startsWith("system:"));
  equal(notes.length, 1);
  bench.assertWhole();
});

Deno.test("dec 18 a pause between turns ends no turn", async () => {
  const tool = hangingTool(() => bench.stop("pause"));
  const model = new EventModel(answer(call("c1", "Hang")), answer(text("fine")));
  using bench = await Bench.open({ model, tools: [tool] });
  await bench.run("go");
  const ends = bench.events.filter(({ event }) => event === "turn_end");
  equal(ends.length, 1);
});

Deno.test("dec 18 a turn that failed, was cancelled or rolled back has no turn_end", async () => {
  const cases = [
    new EventModel({ events: text("half")(0) }),
    new EventModel(half("half")),
    new EventModel(SILENT),
  ];
  for (const model of cases) {
    using bench = await Bench.open({ model });
    model.onStall = () => bench.stop("cancel");
    await bench.run("go");
    equal(bench.eventNames().includes("turn_end"), false);
  }
});

Deno.test("10.15-25 30.13-18 abandoning a pause closes it at once, without a call to the model", async () => {
  const tool = hangingTool(() => bench.stop("pause"));
  const model = new EventModel(
    answer(call("c1", "Hang"), call("c2", "Hang")),
    answer(text("fine")),
  );
  using bench = await Bench.open({ model, tools: [tool] });
  await bench.run("go");
  const story = await bench.tell(() => bench.pod.abandon());
  const note = story[2]?.slice("L system_item ".length);
  deepEqual(story, [
    'L tool_result {"item":{"kind":"tool_result","call_id":"c2",' +
    '"summary":"[Interrupted by user]"}}',
    'S tool_result {"id":"c2","summary":"[Interrupted by user]","is_error":false}',
    `L system_item ${note}`,
    `S system_item ${note}`,
    'L run_completed {"interrupted":false,"result":"finished"}',
    'L extension {"domain":"pod.status","payload":{"status":"idle"}}',
    'S status {"status":"idle"}',
  ]);
  equal(model.requests.length, 1);
  bench.assertWhole();

  bench.restart({ tools: [tool] });
  equal(bench.pod.status, "idle");
  await bench.run("next");
  const request = brief(model.requests[1]?.items ?? []);
  equal(request.filter((line) => line.startsWith("result c2")).length, 1);
  equal(request.filter((line) => line.startsWith("system:")).length, 1);
  equal(request.at(-1), "user: next");
});

Deno.test("abandoning a pod that is not paused does nothing", async () => {
  using bench = await Bench.open({ model: new EventModel(answer(text("fine"))) });
  await bench.run("go");
  deepEqual(await bench.tell(() => bench.pod.abandon()), []);
});

Deno.test("10.14 W-36 30.13-17 after a failure the note blames nobody, and a call without a result is neutral", async () => {
  const tool = new CountingTool("Write", () => ({ summary: "written" }));
  let isFull = true;
  const model = new EventModel(answer(call("c1", "Write")), answer(text("fine")));
  using bench = await Bench.open({
    model,
    tools: [tool],
    wrapLog: (log) => failingAt(log, (entry) => isFull && entry.kind === "tool_result"),
  });
  equal((await bench.run("go")).result, "failed");
  isFull = false;
  await bench.run("again");
  const request = brief(model.requests[1]?.items ?? []);
  deepEqual(request.toSpliced(3, 1), [
    "user: go",
    "call c1",
    "result c1: [No result: the turn ended with an error]",
    "user: again",
  ]);
  match(request[3] ?? "", /^system: .*error/);
  equal(request[3]?.includes("user"), false);
  equal(tool.begun.length, 1);
  bench.assertWhole();
});
