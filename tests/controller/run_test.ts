import { CountingTool } from "../support/counting_tool.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { answer, apiError, call, EventModel, text, thinking } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half, hangInTool } from "./hanging_tool.ts";
import { hear, hearSoFar, hearUntil, inShort, userInput } from "./hear.ts";

Deno.test("10.15-14 40.12-8 typed segments come back unchanged, the model reads them as one text", async () => {
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  const input = [
    { kind: "text" as const, content: "see " },
    { kind: "paste" as const, id: 7, chars: 11, lines: 2, content: "line1\nline2" },
    { kind: "text" as const, content: " thanks" },
  ];
  await client.send({ method: "run", params: { input } });
  let message = await client.receive();
  while (message?.event !== "user_message") message = await client.receive();
  deepEqual(message.data.segments, input);
  await hearUntil(client, "status idle");
  deepEqual(inShort(model.requests[0]?.items), ["user: see line1\nline2 thanks"]);
});

Deno.test("10.15-18 a call without arguments is told with {}, its result comes between the turns", async () => {
  const tool = new CountingTool("Look", () => ({ summary: "seen" }));
  const model = new EventModel(
    answer(thinking(undefined, "hm"), call("call_1", "Look")),
    answer(text("ok")),
  );
  await using served = await ServedPod.start({ model, tools: [tool] });
  using client = await served.connect();
  await client.send(userInput("go"));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.slice(heard.indexOf("thinking_start"), heard.indexOf("turn_start 1") + 1), [
    "thinking_start",
    "thinking_delta",
    "thinking_done",
    "tool_call_start",
    "tool_call_done",
    "usage",
    "llm_call_end 0",
    "turn_end 0",
    "tool_result call_1 seen",
    "turn_start 1",
  ]);
  const done = served.story.find((line) => line.includes("tool_call_done")) ?? "";
  match(done, /"arguments":"\{\}"/);
});

Deno.test("10.15-19 pause after a delta, resume: only the new text stays", async () => {
  await using served = await ServedPod.start({
    model: new EventModel(half("partial"), answer(text("resumed output"))),
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "pause" });
  deepEqual((await hearUntil(client, "status")).slice(-2), ["run_end paused", "status paused"]);
  await client.send({ method: "resume" });
  const heard = await hearUntil(client, "status idle");
  deepEqual([heard[0], ...heard.slice(-2)], ["status running", "run_end finished", "status idle"]);
  ok(!heard.includes("invoke_start user_send"));
  deepEqual(inShort(served.pod.history), ["user: go", "assistant: resumed output"]);
});

Deno.test("10.15-20 40.12-21 pause in a hanging tool, then a new run: result, note, new text", async () => {
  await using hanging = await hangInTool(["call_1"]);
  const { client, model } = hanging;
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send(userInput("new request"));
  await hearUntil(client, "status idle");
  const [, request] = model.requests;
  deepEqual(inShort(request?.items).slice(0, 3), [
    "user: go",
    "call call_1",
    "result call_1 [Interrupted by user]",
  ]);
  match(inShort(request?.items)[3] ?? "", /^system: .*interrupted by the user/);
  deepEqual(inShort(request?.items.slice(4)), ["user: new request"]);
});

for (const method of ["cancel", "pause"] as const) {
  Deno.test(`10.15-21 ${method} before any output: the input is nowhere, earlier turns stay`, async () => {
    await using served = await ServedPod.start({
      model: new EventModel(answer(text("one")), { stall: true }, answer(text("three"))),
    });
    using client = await served.connect();
    await client.send(userInput("first"));
    await hearUntil(client, "status idle");
    const [entries, history] = [served.entries(), [...served.pod.history]];
    const stoppedAt = performance.now();
    await client.send(userInput("second"));
    await hearUntil(client, "llm_call_start");
    await client.send({ method });
    deepEqual(await hearUntil(client, "status"), [
      "llm_call_end 1",
      "run_end rolled_back",
      "status idle",
    ]);
    ok(performance.now() - stoppedAt < 2000);
    deepEqual(served.entries(), entries);
    deepEqual(served.pod.history, history);
    using late = await served.connect();
    deepEqual(late.snapshot.data.entries, entries);
    equal(late.snapshot.data.in_flight, undefined);
    await client.send(userInput("third"));
    await hearUntil(client, "status idle");
    deepEqual(inShort(served.pod.history.slice(2)), ["user: third", "assistant: three"]);
  });
}

Deno.test("10.15-22 pause after a whole text block: its text does not come back (W-10)", async () => {
  const blocks = [...text("whole")(0), ...text("more")(1).slice(0, -1)];
  const model = new EventModel({ events: blocks, stall: true }, answer(text("new")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta more");
  await client.send({ method: "pause" });
  deepEqual((await hearUntil(client, "status")).slice(-2), ["run_end paused", "status paused"]);
  await client.send({ method: "resume" });
  await hearUntil(client, "status idle");
  deepEqual(inShort(model.requests[1]?.items), ["user: go"]);
  deepEqual(inShort(served.pod.history), ["user: go", "assistant: new"]);
});

Deno.test("10.14 W-10 a tool call that was whole before a cancel is never run", async () => {
  const tool = new CountingTool("Look", () => ({ summary: "seen" }));
  const blocks = [...call("call_1", "Look", "{}")(0), ...text("and")(1).slice(0, -1)];
  const model = new EventModel({ events: blocks, stall: true }, answer(text("new")));
  await using served = await ServedPod.start({ model, tools: [tool] });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta and");
  await client.send({ method: "cancel" });
  await hearUntil(client, "status idle");
  await client.send(userInput("again"));
  await hearUntil(client, "status idle");
  deepEqual(tool.begun, []);
  ok(served.pod.history.every((item) => item.kind === "message"));
});

Deno.test("10.15-24 cancel after output: an error, no run_end, and the log says so", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "cancel" });
  deepEqual(await hearUntil(client, "status"), [
    "llm_call_end 0",
    "error internal: Cancelled",
    "status idle",
  ]);
  deepEqual({ ...served.entries().at(-1), ts: 0 }, {
    kind: "run_errored",
    ts: 0,
    interrupted: true,
    message: "Cancelled",
  });
});

Deno.test("10.15-25 cancel of a paused run: idle without a model call, then tidied up once", async () => {
  await using hanging = await hangInTool(["call_1", "call_2"], { inOrder: true });
  const { served, client, model } = hanging;
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send({ method: "cancel" });
  deepEqual(await hearUntil(client, "status"), [
    "tool_result call_2 [Interrupted by user]",
    "system_item interrupt",
    "status idle",
  ]);
  equal(model.requests.length, 1);
  await client.send({ method: "resume" });
  equal(await hear(client), "error not_paused: Pod is not paused");
  await client.send(userInput("next"));
  await hearUntil(client, "status idle");
  deepEqual(inShort(model.requests[1]?.items).map((line) => line.slice(0, 40)), [
    "user: go",
    "call call_1",
    "call call_2",
    "result call_1 [Interrupted by user]",
    "result call_2 [Interrupted by user]",
    "system: [The previous turn was interrupt",
    "user: next",
  ]);
  await served.close();
  const closing = served.entries().filter(({ kind }) => kind === "run_completed");
  deepEqual(closing.map((entry) => ({ ...entry, ts: 0 })), [
    { kind: "run_completed", ts: 0, interrupted: false, result: "finished" },
    { kind: "run_completed", ts: 0, interrupted: false, result: "finished" },
  ]);
});

Deno.test("10.14 W-11 clients see the results of calls that are closed without being run", async () => {
  await using hanging = await hangInTool(["call_1", "call_2"], { inOrder: true });
  const { client } = hanging;
  await client.send({ method: "pause" });
  const stopped = await hearUntil(client, "status paused");
  deepEqual(stopped.filter((line) => line.startsWith("tool_result")), [
    "tool_result call_1 [Interrupted by user]",
  ]);
  await client.send(userInput("next"));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.slice(0, 4), [
    "status running",
    "tool_result call_2 [Interrupted by user]",
    "system_item interrupt",
    "invoke_start user_send",
  ]);
});

Deno.test("10.14 W-12 results of tools that have finished stay, and no call is run twice", async () => {
  await using hanging = await hangInTool(["call_1", "quick", "call_2"]);
  const { client, tool, model } = hanging;
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send({ method: "resume" });
  await hearUntil(client, "status idle");
  deepEqual(tool.begun.map(({ id }) => id), ["call_1", "quick", "call_2"]);
  deepEqual(inShort(model.requests[1]?.items.slice(4)), [
    "result call_1 [Interrupted by user]",
    "result quick done",
    "result call_2 [Interrupted by user]",
  ]);
});

Deno.test("10.14 W-12 calls that had not begun are run on resume, before the model is asked", async () => {
  await using hanging = await hangInTool(["call_1", "quick"], { inOrder: true });
  const { client, tool } = hanging;
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send({ method: "resume" });
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.slice(0, 3), ["status running", "tool_result quick done", "turn_start 1"]);
  deepEqual(tool.begun.map(({ id }) => id), ["call_1", "quick"]);
});

Deno.test("10.14 W-4 a stop is heard during the wait before a retry", async () => {
  await using served = await ServedPod.start({
    model: new EventModel({ error: apiError(503, "busy", 3_600_000) }),
    retryPolicy: { maxAttempts: 4, baseMs: 0, capMs: 0, budgetMs: 7_200_000 },
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "llm_retry");
  await client.send({ method: "cancel" });
  deepEqual(await hearUntil(client, "status idle"), [
    "llm_call_end 0",
    "run_end rolled_back",
    "status idle",
  ]);
});

Deno.test("10.14 W-30 blank input is refused, in any state where a run is not", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  const refusal = "error invalid_request: the input is empty; say what is to be done";
  for (const input of [[], [{ kind: "text" as const, content: " \n\t" }]]) {
    await client.send({ method: "run", params: { input } });
    deepEqual(await hearSoFar(client), [refusal]);
  }
  deepEqual(served.story, []);
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send(userInput("  "));
  deepEqual(await hearSoFar(client), [refusal]);
  equal(served.pod.status, "paused");
});
