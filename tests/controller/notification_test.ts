import type { PodClient } from "../../lib/ipc/mod.ts";
import type { SystemItem } from "../../lib/protocol/mod.ts";
import type { ModelRequest } from "../../lib/providers/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { inTime } from "../support/in_time.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half, hangInTool } from "./hanging_tool.ts";
import {
  connectRaw,
  hear,
  hearSoFar,
  hearUntil,
  inShort,
  notification,
  turnEnded,
  userInput,
} from "./hear.ts";

const SENT = { notify: notification("ping"), pod_event: turnEnded("child") };
const ITEM = { notify: "notification", pod_event: "pod_event" };

Deno.test("10.15-29 40.12-18 notify while idle: one turn, one request that holds it, nothing upward", async () => {
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send(notification("turn finished"));
  deepEqual((await hearUntil(client, "status idle")).filter(isFrame), [
    "status running",
    "invoke_start notify",
    "turn_start 0",
    "system_item notification",
    "turn_end 0",
    "run_end finished",
    "status idle",
  ]);
  equal(model.requests.length, 1);
  const [body] = notesIn(model.requests[0]);
  match(body ?? "", /^\[Notification\]\nturn finished\n\n.*not a blocking request/);
  deepEqual(itemsOnDisk(served), [{ kind: "notification", message: "turn finished", body }]);
  equal(inShort(served.pod.history)[0], `system: ${body}`);
  deepEqual(served.story.filter((line) => line.startsWith("U>")), []);
});

for (const name of ["notify", "pod_event"] as const) {
  Deno.test(`10.15-30 ${name} in a tool: it is told in the next iteration`, async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const wait = new CountingTool("Wait", () => released.then(() => ({ summary: "over" })));
    const model = new EventModel(answer(call("call_1", "Wait", "{}")), answer(text("ok")));
    await using served = await ServedPod.start({ model, tools: [wait] });
    using client = await served.connect();
    await client.send(userInput("go"));
    await hearUntil(client, "turn_end");
    await client.send(SENT[name]);
    deepEqual(await hearSoFar(client), []);
    release();
    deepEqual((await hearUntil(client, "status idle")).filter(isFrame), [
      "turn_start 1",
      `system_item ${ITEM[name]}`,
      "turn_end 1",
      "run_end finished",
      "status idle",
    ]);
    equal(notesIn(model.requests[1]).length, 1);
    equal(itemsOnDisk(served).length, 1);
  });

  Deno.test(`10.15-30 40.11-W8 40.12-18 ${name} in the last iteration: a run follows, with no idle moment (W-6)`, async () => {
    const model = new EventModel(answer(text("one")), answer(text("two")));
    await using served = await ServedPod.start({
      model,
      onStep: (line) => {
        if (!line.includes('{"text":"one"}') || !line.includes("text_delta")) return;
        served.controller.handle(SENT[name], { send: () => {} });
      },
    });
    using client = await served.connect();
    await client.send(userInput("go"));
    deepEqual((await hearUntil(client, "status idle")).filter(isFrame), [
      "status running",
      "invoke_start user_send",
      "turn_start 0",
      "turn_end 0",
      "run_end finished",
      ...toldInTurn(1, name),
    ]);
    equal(itemsOnDisk(served).length, 1);
  });

  Deno.test(`10.15-31 ${name} while paused: no event, and told once after resume`, async () => {
    const model = new EventModel(half("half"), answer(text("ok")), answer(text("again")));
    await using served = await ServedPod.start({ model });
    using client = await served.connect();
    await pauseIn(client);
    await client.send(SENT[name]);
    deepEqual(await hearSoFar(client), []);
    await client.send({ method: "resume" });
    const heard = await hearUntil(client, "status idle");
    deepEqual(heard.slice(0, 4), [
      "status running",
      "turn_start 0",
      `system_item ${ITEM[name]}`,
      "llm_call_start 1",
    ]);
    equal(notesIn(model.requests[1]).length, 1);
    await client.send(userInput("more"));
    await hearUntil(client, "status idle");
    equal(itemsOnDisk(served).length, 1);
  });

  Deno.test(`10.15-31 ${name} taken by a run that is rolled back is told in the next (W-7)`, async () => {
    const model = new EventModel(half("half"), { stall: true }, answer(text("ok")));
    await using served = await ServedPod.start({ model });
    using client = await served.connect();
    await pauseIn(client);
    await client.send(SENT[name]);
    await client.send(userInput("undone"));
    ok((await hearUntil(client, "llm_call_start")).includes(`system_item ${ITEM[name]}`));
    await client.send({ method: "cancel" });
    const heard = await hearUntil(client, "status idle");
    deepEqual(heard.filter(isFrame), [
      "run_end rolled_back",
      ...toldInTurn(0, name),
    ]);
    equal(itemsOnDisk(served).length, 1);
    equal(notesIn(model.requests[2]).length, 1);
  });
}

Deno.test("10.15-32 40.12-19 of 133 notifications while paused the newest 128 are told, in order", async () => {
  const model = new EventModel(half("half"), answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await pauseIn(client);
  using raw = await connectRaw(served.path);
  await raw.send(...Array.from({ length: 133 }, (_, number) => notification(`${number}`)));
  await hearSoFar(client);
  await raw.send({ method: "resume" });
  await hearUntil(client, "status idle");
  const expected = Array.from({ length: 128 }, (_, number) => `${number + 5}`);
  deepEqual(notesIn(model.requests[1]).map((note) => note.split("\n")[1]), expected);
  deepEqual(
    itemsOnDisk(served).map((item) => item.kind === "notification" && item.message),
    expected,
  );
});

Deno.test("10.15-33 pod_event while idle: the model hears of it in words", async () => {
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send(turnEnded("child"));
  let event = await client.receive();
  while (event?.event !== "system_item") event = await client.receive();
  const { item } = event.data;
  ok(item.kind === "pod_event" && item.event.kind === "turn_ended");
  equal(item.event.pod_name, "child");
  match(item.body, /^\[Notification\]\npod `child` finished a turn\n\n/);
  ok((await hearUntil(client, "status idle")).includes("turn_end 0"));
  deepEqual(notesIn(model.requests[0]), [item.body]);
});

Deno.test("10.15-37 a notification after a cancelled turn does not run its open call (W-8)", async () => {
  await using hanging = await hangInTool(["call_1", "quick"], { inOrder: true });
  const { client, tool, model } = hanging;
  await client.send({ method: "cancel" });
  await hearUntil(client, "status idle");
  await client.send(notification("ping"));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.slice(0, 4), [
    "status running",
    "tool_result quick [Interrupted by user]",
    "system_item interrupt",
    "invoke_start notify",
  ]);
  deepEqual(tool.begun.map(({ id }) => id), ["call_1"]);
  deepEqual(inShort(model.requests[1]?.items).slice(3, 5), [
    "result call_1 [Interrupted by user]",
    "result quick [Interrupted by user]",
  ]);
});

Deno.test("10.2.5 with auto_run false an idle pod is not woken, the next run tells it", async () => {
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send({ method: "notify", params: { message: "ping", auto_run: false } });
  deepEqual(await hearSoFar(client), []);
  await client.send(userInput("go"));
  ok((await hearUntil(client, "status idle")).includes("system_item notification"));
  equal(notesIn(model.requests[0]).length, 1);
  equal(model.requests.length, 1);
});

Deno.test("10.11.2 a sub-delegation wakes nobody and is not told", async () => {
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send({
    method: "pod_event",
    params: {
      kind: "scope_sub_delegated",
      parent_pod: "child",
      sub_pod: "grandchild",
      sub_socket: "/run/grandchild/sock",
      scope: [],
    },
  });
  deepEqual(await hearSoFar(client), []);
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  deepEqual(notesIn(model.requests[0]), []);
});

Deno.test("10.14 W-6 a notification that came while paused starts a run when the pause is given up", async () => {
  const model = new EventModel(half("half"), answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await pauseIn(client);
  await client.send(notification("ping"));
  await client.send({ method: "cancel" });
  deepEqual((await hearUntil(client, "run_end")).filter(isFrame), [
    "system_item interrupt",
    "status idle",
    "status running",
    "invoke_start notify",
    "turn_start 0",
    "system_item notification",
    "turn_end 0",
    "run_end finished",
  ]);
  equal(await hear(client), "status idle");
});

Deno.test("10.11.3 40.11-W8 what waits when a paused pod is shut down is told when it goes on", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  await pauseIn(client);
  await client.send(notification("ping"));
  await client.send({ method: "shutdown" });
  await served.ended;
  const model = new EventModel(answer(text("ok")));
  await using again = await ServedPod.start({ model }, served);
  using late = await again.connect();
  equal(late.snapshot.data.status, "paused");
  await late.send({ method: "resume" });
  await hearUntil(late, "status idle");
  equal(notesIn(model.requests[0]).length, 1);
});

/** Runs `go` and pauses the run when it has said something. */
async function pauseIn(client: PodClient): Promise<void> {
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
}

/** A run that a notification starts, in the frame of its events. */
function toldInTurn(turn: number, name: keyof typeof ITEM): string[] {
  return [
    "status running",
    `invoke_start ${name}`,
    `turn_start ${turn}`,
    `system_item ${ITEM[name]}`,
    `turn_end ${turn}`,
    "run_end finished",
    "status idle",
  ];
}

/** What frames a run and its turns, and what is put before the model. */
function isFrame(line: string): boolean {
  return /^(status|run_end|error|invoke_start|system_item|turn_)/.test(line);
}

/** The notifications in a request, as the model reads them. */
function notesIn(request: ModelRequest | undefined): string[] {
  return inShort(request?.items)
    .filter((line) => line.startsWith("system: [Notification]"))
    .map((line) => line.slice("system: ".length));
}

/** The notifications in the log. */
function itemsOnDisk(served: ServedPod): SystemItem[] {
  return served.entries()
    .flatMap((entry) => entry.kind === "system_item" ? [entry.item] : [])
    .filter(({ kind }) => kind !== "interrupt");
}

Deno.test("dec 29 a notification that was acknowledged is on disk, also when it wakes the pod at once", async () => {
  await using served = await ServedPod.start({
    model: new EventModel(answer(text("one")), answer(text("heard"))),
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  await client.send({ method: "notify", params: { message: "ping" }, id: 7 });
  const reply = await inTime("the answer", client.receive());
  equal(reply?.reply_to, 7);
  const kept = served.story.findLastIndex((line) => line.includes('"pod.notification"'));
  const woken = served.story.findLastIndex((line) => line.includes('"invoke"'));
  ok(kept >= 0 && (kept < woken || !served.story[woken]?.includes('"notify"')), `${kept} ${woken}`);
  await hearUntil(client, "status idle");
  const told = served.pod.history.filter((item) =>
    item.kind === "message" && item.role === "system"
  );
  equal(told.length, 1);
});
