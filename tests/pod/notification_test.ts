import { BUILTIN_PROMPTS, type PromptCatalog } from "../../lib/context/mod.ts";
import { AlertBuffer } from "../../lib/controller/mod.ts";
import type { QueuedNotification } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { half, hangingTool, SILENT } from "./hanging.ts";
import { at, Bench, brief, failingAt, names } from "./support.ts";
import { notificationsIn } from "./valid_request.ts";

const note = (message: string) => ({ kind: "notification" as const, message });
const quiet = (message: string) => ({ ...note(message), auto_run: false });
const turnEnded: QueuedNotification = {
  kind: "pod_event",
  event: { kind: "turn_ended", pod_name: "child" },
};

Deno.test("10.7.7 10.15-29 30.14-23 a notification wakes an idle pod: line by line", async () => {
  const model = new EventModel(answer(text("1")), answer(text("I see")));
  using bench = await Bench.open({ model });
  await bench.run("hi");
  const story = await bench.tell(() => {
    bench.pod.notify(note("turn finished"), true);
    equal(bench.pod.wakingTrigger, "notify");
    return bench.runNotifications();
  });
  deepEqual(names(story), [
    "S status",
    "L invoke",
    "S invoke_start",
    "S turn_start",
    "L system_item",
    "S system_item",
    "S llm_call_start",
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
  deepEqual(story.slice(1, 4), [
    'L invoke {"trigger":"notify"}',
    'S invoke_start {"kind":"notify"}',
    'S turn_start {"turn":1}',
  ]);
  const item = bench.events.find(({ event }) => event === "system_item");
  ok(item?.event === "system_item" && item.data.item.kind === "notification");
  const { message, body } = item.data.item;
  equal(message, "turn finished");
  match(body, /^\[Notification\]\nturn finished\n\n.*not a blocking request/);
  equal(model.requests.length, 2);
  equal(brief(model.requests[1]?.items ?? []).at(-1), `system: ${body}`);
  equal(brief(bench.pod.history).at(-2), `system: ${body}`);
  equal(bench.pod.wakingTrigger, null);
  bench.assertWhole();
});

Deno.test("30.14-23 10.15-33 a child's report wakes an idle pod as pod_event", async () => {
  const model = new EventModel(answer(text("fine")));
  using bench = await Bench.open({ model });
  bench.pod.notify(turnEnded, true);
  equal(bench.pod.wakingTrigger, "pod_event");
  await bench.runNotifications("pod_event");
  ok(bench.story.includes('L invoke {"trigger":"pod_event"}'));
  const item = bench.events.find(({ event }) => event === "system_item");
  ok(item?.event === "system_item" && item.data.item.kind === "pod_event");
  deepEqual(item.data.item.event, turnEnded.event);
  match(item.data.item.body, /^\[Notification\]\npod `child` finished a turn\n/);
  equal(brief(model.requests[0]?.items ?? []).length, 1, "there is no user message");
});

Deno.test("10.15-30 what comes while running is seen in the next iteration", async () => {
  const model = new EventModel(answer(call("c", "Echo")), answer(text("fine")));
  using bench = await Bench.open({ model });
  bench.onEvent = ({ event }) => {
    if (event === "tool_call_start") bench.pod.notify(note("ping"), false);
  };
  await bench.run("go");
  const story = names(bench.story);
  equal(story.indexOf("S system_item") < story.lastIndexOf("S llm_call_start"), true);
  deepEqual(notificationsIn(model.requests[1]?.items ?? []), ["ping"]);
  deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
  bench.assertWhole();
});

Deno.test("40.12-17 what comes while a turn runs is in the next request, each by itself, in order", async () => {
  const model = new EventModel(answer(call("c", "Echo")), answer(text("fine")));
  using bench = await Bench.open({ model });
  bench.onEvent = ({ event }) => {
    if (event !== "tool_call_start") return;
    for (const message of ["a", "b"]) bench.pod.notify(note(message), false);
  };
  await bench.run("go");
  const items = model.requests[1]?.items ?? [];
  deepEqual(notificationsIn(items.slice(-2)), ["a", "b"]);
  deepEqual(brief(items.slice(0, -2)), ["user: go", "call c", "result c: said {}"]);
  deepEqual(bench.kinds().filter((kind) => kind === "system_item" || kind === "assistant_item"), [
    "assistant_item",
    "system_item",
    "system_item",
    "assistant_item",
  ]);
});

for (const queued of [note("ping"), turnEnded]) {
  Deno.test(`10.15-30 a ${queued.kind} that no iteration follows starts the next run, no idle between`, async () => {
    const model = new EventModel(answer(text("1")), answer(text("2")));
    using bench = await Bench.open({ model });
    bench.onEvent = ({ event }) => {
      if (event === "text_done" && model.requests.length === 1) bench.pod.notify(queued, false);
    };
    await bench.run("go");
    deepEqual(names(bench.story).slice(-1), ["S run_end"]);
    const trigger = bench.pod.wakingTrigger;
    ok(trigger !== null);
    await bench.runNotifications(trigger);
    equal(notificationsIn(model.requests[1]?.items ?? []).length, 1);
    equal(bench.pod.wakingTrigger, null);
    deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
    bench.assertWhole();
  });
}

Deno.test("10.2.5 auto_run false waits until something else runs, and wakes nobody", async () => {
  const model = new EventModel(answer(text("1")), answer(text("2")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.pod.notify(quiet("later"), false);
  equal(bench.pod.wakingTrigger, null);
  deepEqual(bench.waiting(), ["later"]);
  await bench.run("two");
  deepEqual(notificationsIn(bench.pod.history), ["later"]);
  deepEqual(bench.waiting(), []);
});

Deno.test("10.7.7 10.15-31 what comes while paused is silent, and injected once on resume", async () => {
  const model = new EventModel(half("half"), answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  deepEqual(await bench.tell(() => bench.pod.notify(note("ping"), false)), [
    'L extension {"domain":"pod.notification",' +
    '"payload":{"kind":"notification","message":"ping"}}',
  ]);
  const story = names(await bench.tell(() => bench.resume()));
  deepEqual(story.slice(0, 5), [
    "S status",
    "S turn_start",
    "L system_item",
    "S system_item",
    "S llm_call_start",
  ]);
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
  deepEqual(bench.waiting(), []);
  bench.assertWhole();
});

Deno.test("40.11-W7 what cannot be written is not shown to the model: it waits, and comes later", async () => {
  let isFull = true;
  const model = new EventModel(answer(text("fine")));
  using bench = await Bench.open({
    model,
    wrapLog: (log) => failingAt(log, ({ kind }) => isFull && kind === "system_item"),
  });
  bench.pod.notify(note("ping"), true);
  const end = await bench.runNotifications();
  ok(end.result === "failed");
  match(end.message, /^History append failed: no space/);
  deepEqual([model.requests, bench.pod.history], [[], []]);
  ok(!bench.eventNames().includes("system_item"));
  deepEqual(bench.waiting(), ["ping"]);
  bench.assertWhole();

  isFull = false;
  await bench.run("go");
  deepEqual(notificationsIn(model.requests[0]?.items ?? []), ["ping"]);
  deepEqual(bench.waiting(), []);
  bench.assertWhole();
});

Deno.test("40.11-W7 a wrapper that cannot be made ends the run, and what it was for waits", async () => {
  const broken = new Set(["notify_wrapper"]);
  const prompts: PromptCatalog = {
    render(key, inputs) {
      if (broken.has(key)) throw new Error("ghost");
      return BUILTIN_PROMPTS.render(key, inputs);
    },
  };
  const model = new EventModel(answer(text("fine")));
  using bench = await Bench.open({ model, prompts });
  bench.pod.notify(note("ping"), true);
  const end = await bench.runNotifications();
  deepEqual(end, { result: "failed", code: "internal", message: "ghost" });
  deepEqual([model.requests, bench.pod.history, bench.waiting()], [[], [], ["ping"]]);
  broken.clear();
  await bench.run("go");
  deepEqual(notificationsIn(model.requests[0]?.items ?? []), ["ping"]);
  bench.assertWhole();
});

Deno.test("10.15-31 30.14-21 30.13-15 what a rolled-back run had taken comes in the next one", async () => {
  const model = new EventModel(half("half"), SILENT, answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("one", at("text_delta", "pause"));
  bench.pod.notify(note("ping"), false);
  const end = await bench.run("two", at("llm_call_start", "cancel"));
  deepEqual(end, { result: "rolled_back" });
  equal(bench.eventNames().filter((name) => name === "system_item").length, 2);
  deepEqual(notificationsIn(bench.pod.history), []);
  deepEqual(bench.waiting(), ["ping"]);
  equal(bench.pod.wakingTrigger, "notify");
  bench.assertWhole();

  await bench.run("three");
  deepEqual(notificationsIn(model.requests[2]?.items ?? []), ["ping"]);
  deepEqual(bench.waiting(), []);
  equal(bench.pod.wakingTrigger, null);
  bench.assertWhole();
});

Deno.test("10.15-37 30.14-22 30.13-13 after a cancel with an open call a notification closes it, and runs nothing", async () => {
  const tool = hangingTool(() => bench.stop("cancel"));
  const calls = answer(call("c1", "Hang"), call("c2", "Hang"));
  const model = new EventModel(calls, answer(text("fine")));
  using bench = await Bench.open({ model, tools: [tool] });
  await bench.run("go");
  bench.pod.notify(note("ping"), true);
  await bench.runNotifications();
  deepEqual(tool.begun.map(({ id }) => id), ["c1"]);
  const request = brief(model.requests[1]?.items ?? []);
  deepEqual(request.slice(3, 5), [
    "result c1: [Interrupted by user]",
    "result c2: [Interrupted by user]",
  ]);
  match(request[5] ?? "", /interrupted by the user/);
  deepEqual(notificationsIn(model.requests[1]?.items ?? []), ["ping"]);
  equal(request.length, 7);
  bench.assertWhole();
});

Deno.test("10.15-39 alerts keep their order, and late clients get the newest 512", async () => {
  using bench = await Bench.open({ model: new EventModel(answer(text("1"))) });
  const alerts = new AlertBuffer();
  bench.onEvent = (event) => alerts.add(event);
  for (let number = 0; number < 562; number++) {
    bench.pod.publish({
      event: "alert",
      data: { level: "warn", source: "pod", message: `${number}`, timestamp_ms: 1 },
    });
  }
  await bench.run("go");
  const messages = alerts.alerts.map((event) => event.event === "alert" && event.data.message);
  deepEqual(messages, Array.from({ length: 512 }, (_, index) => `${index + 50}`));
});
