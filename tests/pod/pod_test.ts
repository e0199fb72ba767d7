import { type Tool, ToolError } from "../../lib/agent/mod.ts";
import { Controller } from "../../lib/controller/mod.ts";
import type { Event } from "../../lib/protocol/mod.ts";
import { replay } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { Bench, brief, changed, echo, failingAt, names } from "./support.ts";

const HELLO = `
[[answer]]
text = ["Hi", " there"]
usage = { input_tokens = 120, output_tokens = 4 }
`;

const TOOL_TURN = `
[[answer]]
thinking = "look"
[[answer.tool_call]]
id = "call_1"
name = "Echo"
arguments = { b = 1, a = 2 }
[[answer]]
text = "done"
`;

Deno.test("10.7.1 10.15-10 first run of a fresh pod: events and log entries in their order", async () => {
  using bench = await Bench.open({ model: HELLO });
  deepEqual(await bench.run("Hello"), { result: "finished" });
  deepEqual(names(bench.story), [
    "S status",
    "L segment_start",
    "L extension",
    "S segment_rotated",
    "L invoke",
    "L user_input",
    "S invoke_start",
    "S user_message",
    "S turn_start",
    "S llm_call_start",
    "S text_delta",
    "S text_delta",
    "S text_done",
    "L assistant_item",
    "L llm_usage",
    "S usage",
    "S llm_call_end",
    "S turn_end",
    "L turn_end",
    "L run_completed",
    "S run_end",
    "S status",
  ]);
  deepEqual(bench.events.at(-2), { event: "run_end", data: { result: "finished" } });
  deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
  bench.assertWhole();
});

Deno.test("10.7.2 10.15-18 thinking and a tool call: entries before the events that tell of them", async () => {
  using bench = await Bench.open({ model: TOOL_TURN });
  await bench.run("go");
  const story = names(bench.story);
  deepEqual(story.slice(story.indexOf("S turn_start")), [
    "S turn_start",
    "S llm_call_start",
    "S thinking_start",
    "S thinking_delta",
    "S thinking_done",
    "S tool_call_start",
    "S tool_call_args_delta",
    "S tool_call_done",
    "L assistant_item",
    "L assistant_item",
    "S llm_call_end",
    "S turn_end",
    "L tool_result",
    "S tool_result",
    "S turn_start",
    "S llm_call_start",
    "S text_delta",
    "S text_done",
    "L assistant_item",
    "S llm_call_end",
    "S turn_end",
    "L turn_end",
    "L run_completed",
    "S run_end",
    "S status",
  ]);
});

Deno.test("10.15-18 a call without arguments has {} everywhere", async () => {
  const call = `[[answer.tool_call]]\nid = "c"\nname = "Echo"\narguments = []\n`;
  using bench = await Bench.open({ model: `[[answer]]\n${call}[[answer]]\ntext = "done"\n` });
  await bench.run("go");
  ok(bench.story.includes('S tool_call_done {"id":"c","name":"Echo","arguments":"{}"}'));
  const [logged] = bench.pod.history.filter((item) => item.kind === "tool_call");
  equal(logged?.arguments, "{}");
});

Deno.test("10.15-14 typed segments reach clients and log unchanged, and the model as one text", async () => {
  using bench = await Bench.open({ model: HELLO });
  const input = [
    { kind: "text" as const, content: "see " },
    { kind: "paste" as const, id: 7, chars: 11, lines: 2, content: "line1\nline2" },
    { kind: "text" as const, content: " thanks" },
  ];
  await bench.pod.run(input, new AbortController().signal);
  const told = bench.events.find(({ event }) => event === "user_message");
  deepEqual(told, { event: "user_message", data: { segments: input } });
  deepEqual(bench.replayed().userInputs, [input]);
  deepEqual(bench.pod.history[0], {
    kind: "message",
    role: "user",
    content: [{ kind: "text", text: "see line1\nline2 thanks" }],
  });
});

Deno.test("30.14-2 the log of a first run", async () => {
  using bench = await Bench.open({ model: HELLO });
  await bench.run("hi");
  const entries = bench.entries();
  deepEqual(bench.kinds(), [
    "segment_start",
    "extension",
    "invoke",
    "user_input",
    "assistant_item",
    "llm_usage",
    "turn_end",
    "run_completed",
  ]);
  const [start, scope] = entries;
  ok(start?.kind === "segment_start" && scope?.kind === "extension");
  equal(start.system_prompt, "You are a test.");
  equal(start.session_id, bench.parts.sessionId);
  equal(scope.domain, "pod.scope");
  deepEqual(entries.at(-1), {
    kind: "run_completed",
    ts: entries.at(-1)?.ts,
    interrupted: false,
    result: "finished",
  });
});

Deno.test("the log replays to exactly the history that the model was shown", async () => {
  using bench = await Bench.open({ model: TOOL_TURN + HELLO });
  await bench.run("one");
  await bench.run("two");
  bench.assertWhole();
  const state = bench.replayed();
  equal(state.turnCount, 3);
  equal(state.systemPrompt, "You are a test.");
  equal(state.interruption, null);
  const { sessionId, segmentId } = bench.parts;
  equal(bench.store.countEntries(sessionId, segmentId), state.entryCount);
});

Deno.test("30.14-25 dec 5 the turn limit: tools run, then limit_reached; each run counts anew", async () => {
  using bench = await Bench.open({ model: TOOL_TURN, maxTurns: 1 });
  deepEqual(await bench.run("go"), { result: "limit_reached" });
  const last = bench.entries().at(-1);
  ok(last?.kind === "run_completed");
  deepEqual([last.result, last.interrupted], ["limit_reached", false]);
  equal(bench.pod.history.at(-1)?.kind, "tool_result");
  deepEqual(bench.story.slice(-2), [
    'S run_end {"result":"limit_reached"}',
    'S status {"status":"idle"}',
  ]);

  bench.restart();
  deepEqual(await bench.run("go on"), { result: "finished" });
  equal(bench.pod.turnCount, 2);
  equal(bench.replayed().turnCount, 2);
  ok(bench.story.includes('S turn_start {"turn":1}'));
});

Deno.test("10.7.8 a provider error after its retries: one error event, the input stays", async () => {
  const down = `[[answer]]\nerror = { status = 503, message = "down" }\n`;
  using bench = await Bench.open({ model: down + down });
  const message = "Client error: API error (status: 503): down";
  deepEqual(await bench.run("go"), { result: "failed", code: "provider_error", message });
  equal(bench.events.filter(({ event }) => event === "llm_retry").length, 1);
  deepEqual(bench.events.filter(({ event }) => event === "error"), [
    { event: "error", data: { code: "provider_error", message } },
  ]);
  deepEqual(bench.kinds().slice(-3), ["user_input", "turn_end", "run_errored"]);
  equal(bench.replayed().interruption, "failure");
});

Deno.test("30.14-11 20.12-W35 a tool call that cannot be written: no tool runs, memory holds what disk holds", async () => {
  let ran = 0;
  const counting: Tool = { ...echo, execute: (...args) => (ran++, echo.execute(...args)) };
  using bench = await Bench.open({
    model: TOOL_TURN,
    tools: [counting],
    wrapLog: (log) =>
      failingAt(log, (entry) => {
        return entry.kind === "assistant_item" && entry.item.kind === "tool_call";
      }),
  });
  const end = await bench.run("go");
  ok(end.result === "failed");
  match(end.message, /^History append failed: no space/);
  equal(ran, 0);
  deepEqual(replay(bench.entries()).history, bench.pod.history);
  deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
});

Deno.test("30.14-11 input that cannot be written is not accepted: no trace of it anywhere", async () => {
  let isFull = false;
  using bench = await Bench.open({
    model: HELLO + HELLO,
    wrapLog: (log) => failingAt(log, ({ kind }) => isFull && kind === "user_input"),
  });
  await bench.run("one");
  const before = Deno.readTextFileSync(bench.path);
  isFull = true;
  equal((await bench.run("two")).result, "failed");
  equal(Deno.readTextFileSync(bench.path), before);
  equal(bench.eventNames().filter((name) => name === "user_message").length, 1);
  isFull = false;
  await bench.run("three");
  deepEqual(brief(bench.pod.history), [
    "user: one",
    "assistant: Hi there",
    "user: three",
    "assistant: Hi there",
  ]);
  bench.assertWhole();
});

Deno.test("30.2.7 a disk that cannot sync fails the run before the model is asked, memory holds the input", async () => {
  let isBroken = false;
  using bench = await Bench.open({
    model: HELLO + HELLO,
    wrapLog: (log) =>
      changed(log, {
        sync: () => isBroken ? Promise.reject(new Error("input/output error")) : log.sync(),
      }),
  });
  await bench.run("one");
  isBroken = true;
  const end = await bench.run("two");
  ok(end.result === "failed");
  match(end.message, /input\/output error/);
  equal(bench.eventNames().filter((name) => name === "llm_call_start").length, 1);
  bench.assertWhole();
  isBroken = false;
  await bench.run("three");
  match(brief(bench.pod.history)[3] ?? "", /^system: .*because of an error/);
  bench.assertWhole();
});

Deno.test("30.14-24 a run while one goes on, or a resume while idle, is refused and commits nothing", async () => {
  using bench = await Bench.open({ model: HELLO });
  const controller = new Controller({ pod: bench.pod, podName: "test" });
  const refused: Event[] = [];
  const client = { send: (event: Event) => void refused.push(event) };
  const input = [{ kind: "text" as const, content: "Hello" }];
  controller.handle({ method: "resume" }, client);
  bench.onEvent = ({ event }) => {
    if (event === "text_done") controller.handle({ method: "run", params: { input } }, client);
    if (event === "run_end") controller.shutDown();
  };
  controller.handle({ method: "run", params: { input } }, client);
  await controller.serve();
  deepEqual(refused, [
    { event: "error", data: { code: "not_paused", message: "Pod is not paused" } },
    {
      event: "error",
      data: { code: "already_running", message: "Pod is already executing a turn" },
    },
  ]);
  equal(bench.kinds().filter((kind) => kind === "user_input").length, 1);
  bench.assertWhole();
});

Deno.test("dec 20 blank input is refused and nothing is written", async () => {
  using bench = await Bench.open({ model: HELLO });
  for (const segments of [[], [{ kind: "text" as const, content: " \n" }]]) {
    await rejects(
      bench.pod.run(segments, new AbortController().signal),
      { code: "invalid_request", message: /the input is empty/ },
    );
  }
  deepEqual(bench.story, []);
  deepEqual(bench.store.listSessions(), []);
});

Deno.test("a failing tool is an error result, never the end of the run", async () => {
  using bench = await Bench.open({
    model: TOOL_TURN,
    tools: [{
      ...echo,
      execute: () => Promise.reject(new ToolError("Execution failed", "boom")),
    }],
  });
  deepEqual(await bench.run("go"), { result: "finished" });
  deepEqual(bench.events.find(({ event }) => event === "tool_result"), {
    event: "tool_result",
    data: {
      id: "call_1",
      summary: "Tool execution failed: Execution failed: boom",
      is_error: true,
    },
  });
});

Deno.test("the greeting names the protocol version and what the pod can do", async () => {
  using bench = await Bench.open({ model: HELLO });
  const { protocol_version, pod_name, provider, tools } =
    JSON.parse(bench.pod.snapshotJson()).data.greeting;
  deepEqual({ protocol_version, pod_name, provider, tools }, {
    protocol_version: 1,
    pod_name: "test",
    provider: "scripted",
    tools: ["Echo"],
  });
});
