import type { Entry } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import { answer, apiError, call, EventModel, text, thinking } from "../support/event_model.ts";
import { half } from "./hanging.ts";
import { at, Bench, brief } from "./support.ts";

/** The text of a log. */
function logOf(...entries: Entry[]): string {
  const start: Entry = {
    kind: "segment_start",
    ts: 1,
    session_id: "0192f0e8-4d84-7d6e-a000-0000000000aa",
    system_prompt: "You were a test.",
    config: {
      max_tokens: null,
      temperature: null,
      top_p: null,
      top_k: null,
      stop_sequences: [],
      reasoning: null,
    },
    history: [],
  };
  return [start, ...entries].map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

/** Today: else the model would be told of a new day. */
const invoke: Entry = { kind: "invoke", ts: Date.now(), trigger: "user_send" };
const input = (content: string): Entry => ({
  kind: "user_input",
  ts: 1,
  segments: [{ kind: "text", content }],
});
const calls = (id: string): Entry => ({
  kind: "assistant_item",
  ts: 1,
  item: { kind: "tool_call", call_id: id, name: "Echo", arguments: "{}" },
});
const result = (id: string): Entry => ({
  kind: "tool_result",
  ts: 1,
  item: { kind: "tool_result", call_id: id, summary: "real" },
});
const paused: Entry[] = [
  { kind: "run_errored", ts: 1, interrupted: true, message: "Cancelled" },
  { kind: "extension", ts: 1, domain: "pod.status", payload: { status: "paused" } },
];

Deno.test("30.14-35 after a clean exit everything is as before, and the next run goes on in the file", async () => {
  const first = answer(thinking({ signature: "SIG" }, "hm"), text("look"), call("c1", "Echo"));
  const model = new EventModel(first, answer(text("done")), answer(text("more")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  const { history, turnCount, observations, userInputs, systemPrompt, config } = bench.replayed();
  const [before, segmentId] = [Deno.readTextFileSync(bench.path), bench.pod.segmentId];
  deepEqual(history, bench.pod.history);
  equal(turnCount, bench.pod.turnCount);
  equal(observations.filter(({ kind }) => kind === "llm_usage").length, 2);
  deepEqual(userInputs, [[{ kind: "text", content: "one" }]]);
  deepEqual(config, bench.parts.config);

  bench.restart();
  equal(Deno.readTextFileSync(bench.path), before, "restoring alone writes nothing");
  deepEqual(history, bench.pod.history);
  equal(bench.pod.turnCount, turnCount);
  equal(bench.pod.status, "idle");
  const story = await bench.tell(() => bench.run("two"));
  equal(story[1], 'L invoke {"trigger":"user_send"}');
  ok(story.includes('S turn_start {"turn":2}'));
  equal(bench.pod.segmentId, segmentId);
  ok(Deno.readTextFileSync(bench.path).startsWith(before));
  equal(model.requests[2]?.system, systemPrompt);
  deepEqual(model.requests[2]?.items.slice(0, history.length), history);
  bench.assertWhole();
});

Deno.test("30.14-36 10.15-36 killed after a tool call was written: it is closed before the note, never run", async () => {
  const tool = new CountingTool("Echo", () => ({ summary: "ran" }));
  const model = new EventModel(answer(text("fine")));
  const logText = logOf(invoke, input("go"), calls("c1"));
  using bench = await Bench.open({ model, tools: [tool], logText });
  equal(bench.pod.status, "idle");
  await bench.run("next");
  const request = brief(model.requests[0]?.items ?? []);
  deepEqual(request.toSpliced(3, 1), [
    "user: go",
    "call c1",
    "result c1: [Interrupted by restart]",
    "user: next",
  ]);
  match(request[3] ?? "", /^system: .*restarted/);
  equal(tool.begun.length, 0);
  equal(model.requests[0]?.system, "You were a test.");
  bench.assertWhole();
});

Deno.test("30.14-37 killed after the input: the note stands between the two user messages", async () => {
  const model = new EventModel(answer(text("fine")));
  using bench = await Bench.open({ model, logText: logOf(invoke, input("go")) });
  await bench.run("next");
  const request = brief(model.requests[0]?.items ?? []);
  deepEqual(request.toSpliced(1, 1), ["user: go", "user: next"]);
  match(request[1] ?? "", /^system: .*restarted/);
});

Deno.test("30.14-18 open calls are closed in their order, answered ones are left alone", async () => {
  const model = new EventModel(answer(text("fine")), answer(text("fine")));
  const batch = [calls("c1"), calls("c2"), calls("c3")];
  const logText = logOf(invoke, input("go"), ...batch, result("c1"));
  using bench = await Bench.open({ model, logText });
  await bench.run("next");
  deepEqual(brief(model.requests[0]?.items ?? []).slice(1, 7), [
    "call c1",
    "call c2",
    "call c3",
    "result c1: real",
    "result c2: [Interrupted by restart]",
    "result c3: [Interrupted by restart]",
  ]);
  const before = bench.entries().filter((entry) => entry.kind === "tool_result").length;
  await bench.run("again");
  equal(bench.entries().filter((entry) => entry.kind === "tool_result").length, before);
});

Deno.test("30.12-28 dec 4 dec 17 a paused pod comes back paused and can be resumed", async () => {
  const model = new EventModel(half("half"), answer(text("resumed")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  bench.restart();
  equal(bench.pod.status, "paused");
  deepEqual(await bench.resume(), { result: "finished" });
  deepEqual(brief(bench.pod.history), ["user: go", "assistant: resumed"]);
  bench.restart();
  equal(bench.pod.status, "idle");
});

Deno.test("dec 17 a restored paused pod takes new input, or can be abandoned", async () => {
  for (const abandon of [false, true]) {
    const model = new EventModel(half("half"), answer(text("fine")));
    using bench = await Bench.open({ model });
    await bench.run("go", at("text_delta", "pause"));
    bench.restart();
    if (abandon) bench.pod.abandon();
    await bench.run("next");
    const request = brief(model.requests[1]?.items ?? []);
    deepEqual(request.toSpliced(1, 1), ["user: go", "user: next"]);
    match(request[1] ?? "", /interrupted by the user/);
    bench.assertWhole();
  }
});

Deno.test("dec 16 a call that a resumed run had begun when the process died is not run again", async () => {
  const logText = logOf(invoke, input("go"), calls("c1"), ...paused);
  const tool = new CountingTool("Echo", async (_input, { signal }) => {
    if (tool.begun.length > 1) return { summary: "ran twice" };
    diedWith = Deno.readTextFileSync(doomed.path);
    doomed.stop("shutdown");
    await untilAborted(signal);
    throw new Error("stopped");
  });
  let diedWith = "";
  const model = new EventModel(answer(text("fine")));
  using doomed = await Bench.open({ model, tools: [tool], logText });
  equal(doomed.pod.status, "paused");
  await doomed.resume();
  equal(tool.begun.length, 1);

  using bench = await Bench.open({ model, tools: [tool], logText: diedWith });
  equal(bench.pod.status, "idle");
  await bench.run("next");
  equal(tool.begun.length, 1);
  const request = brief(model.requests[0]?.items ?? []);
  equal(request[2], "result c1: [Interrupted by restart]");
  match(request[3] ?? "", /restarted/);
  bench.assertWhole();
});

Deno.test("dec 4 a log of the reference, where a pause is no more than a cancel, comes back idle", async () => {
  const model = new EventModel(answer(text("fine")));
  const logText = logOf(invoke, input("go"), calls("c1"), ...paused.slice(0, 1));
  using bench = await Bench.open({ model, logText });
  equal(bench.pod.status, "idle");
  await bench.run("next");
  equal(brief(model.requests[0]?.items ?? [])[2], "result c1: [Interrupted by user]");
});

Deno.test("dec 21 a run that failed is still a failure after a restart", async () => {
  const model = new EventModel({ error: apiError(400, "no") }, answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("go");
  bench.restart();
  await bench.run("next");
  match(brief(bench.pod.history)[1] ?? "", /^system: .*because of an error/);
});

Deno.test("30.12-23 a torn last line is ignored, then cut", async () => {
  const model = new EventModel(answer(text("fine")));
  const whole = logOf(invoke, input("go"), calls("c1"));
  using bench = await Bench.open({ model, logText: `${whole}{"kind":"tool_result","ts":1,"it` });
  await bench.run("next");
  const log = Deno.readTextFileSync(bench.path);
  ok(log.startsWith(`${whole}{"kind":"tool_result","ts":`));
  equal(brief(bench.pod.history)[2], "result c1: [Interrupted by restart]");
  bench.assertWhole();
});

Deno.test("30.2.7 a log with blank lines makes a snapshot that can be parsed", async () => {
  const model = new EventModel(answer(text("fine")));
  const blanks = logOf(invoke, input("go")).replaceAll("\n", "\r\n\n  \n");
  using bench = await Bench.open({ model, logText: blanks });
  const snapshot = JSON.parse(bench.pod.snapshotJson());
  deepEqual(snapshot.data.entries, bench.entries());
  equal(snapshot.data.entries.length, 3);
});

Deno.test("40.11-W4 a session that goes on on another day is told so, once, and does not wake for it", async () => {
  const model = new EventModel(answer(text("one")), answer(text("two")));
  const done: Entry = { kind: "run_completed", ts: 1, interrupted: false, result: "finished" };
  const logText = logOf({ ...invoke, ts: 1 }, input("go"), done);
  using bench = await Bench.open({ model, logText });
  await bench.run("next", at("turn_start", "cancel"));
  equal(bench.pod.wakingTrigger, null);
  await bench.run("next");
  await bench.run("again");
  const asked = brief(model.requests[1]?.items ?? []);
  deepEqual(asked.toSpliced(2, 1), ["user: go", "user: next", "assistant: one", "user: again"]);
  match(asked[2] ?? "", /^system: \[Notification\]\nToday is \d{4}-\d\d-\d\d /);
  bench.assertWhole();
});
