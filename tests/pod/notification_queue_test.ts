import type { QueuedNotification } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { answer, apiError, EventModel, text } from "../support/event_model.ts";
import { half, SILENT } from "./hanging.ts";
import { at, Bench, changed, echo, failingAt } from "./support.ts";
import { notificationsIn } from "./valid_request.ts";

const note = (message: string) => ({ kind: "notification" as const, message });
const quiet = (message: string) => ({ ...note(message), auto_run: false });
const turnEnded: QueuedNotification = {
  kind: "pod_event",
  event: { kind: "turn_ended", pod_name: "child" },
};

Deno.test("dec 29 a notification that came during a rolled-back run is still on disk", async () => {
  const model = new EventModel(answer(text("1")), SILENT, answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.onEvent = ({ event }) => {
    if (event === "llm_call_start") bench.pod.notify(note("ping"), false);
  };
  await bench.run("two", at("llm_call_start", "cancel"));
  deepEqual(bench.waiting(), ["ping"]);
  bench.onEvent = () => {};
  bench.restart();
  await bench.runNotifications();
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
  deepEqual(bench.waiting(), []);
});

Deno.test("10.15-32 of 133 notifications while paused the newest 128 are injected, in order", async () => {
  const model = new EventModel(half("half"), answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  const all = Array.from({ length: 133 }, (_, index) => `n${index}`);
  for (const message of all) bench.pod.notify(note(message), false);
  await bench.resume();
  deepEqual(notificationsIn(bench.pod.history), all.slice(-128));
});

Deno.test("10.15-32 dec 29 a restart brings back no more, and nothing that was dropped", async () => {
  const all = Array.from({ length: 133 }, (_, index) => `n${index}`);
  for (const restartAt of ["before", "after"]) {
    const model = new EventModel(half("half"), answer(text("fine")), answer(text("later")));
    using bench = await Bench.open({ model });
    await bench.run("go", at("text_delta", "pause"));
    for (const message of all) bench.pod.notify(note(message), false);
    if (restartAt === "before") bench.restart();
    await bench.resume();
    deepEqual(notificationsIn(bench.pod.history), all.slice(-128));
    if (restartAt === "after") bench.restart();
    equal(bench.pod.wakingTrigger, null);
    await bench.run("next");
    deepEqual(notificationsIn(bench.pod.history), all.slice(-128));
  }
});

Deno.test("dec 29 of two equal notifications none is lost when the process dies between them", async () => {
  const model = new EventModel(answer(text("1")), answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  let dying: string | undefined;
  bench.onEvent = ({ event }) => {
    if (event === "invoke_start") bench.pod.notify(note("ping"), false);
    if (event === "system_item") {
      dying ??= Deno.readTextFileSync(bench.path);
      bench.stop("cancel");
    }
  };
  bench.pod.notify(note("ping"), true);
  await bench.runNotifications();
  bench.onEvent = () => {};
  bench.dieWith({ segmentId: bench.pod.segmentId, logText: dying ?? "" });
  deepEqual(bench.waiting(), ["ping"]);
  await bench.runNotifications();
  deepEqual(notificationsIn(bench.pod.history), ["ping", "ping"]);
});

Deno.test("dec 29 a roll-back that is killed half-way keeps what had come meanwhile", async () => {
  const model = new EventModel(answer(text("1")), SILENT, answer(text("fine")));
  const seen: string[] = [];
  using bench = await Bench.open({
    model,
    wrapLog: (log) =>
      changed(log, {
        truncate(count, ...kept) {
          log.truncate(count, ...kept);
          seen.push(log.readText());
        },
      }),
  });
  await bench.run("one");
  bench.onEvent = ({ event }) => {
    if (event === "llm_call_start") bench.pod.notify(note("ping"), false);
  };
  await bench.run("two", at("llm_call_start", "cancel"));
  bench.onEvent = () => {};
  equal(seen.length, 1);
  bench.dieWith({ segmentId: bench.pod.segmentId, logText: seen[0] ?? "" });
  deepEqual(bench.waiting(), ["ping"]);
});

Deno.test("dec 29 accepted notifications outlive the process and are delivered once, in order", async () => {
  const model = new EventModel(half("half"), answer(text("fine")), answer(text("later")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  bench.pod.notify(note("a"), false);
  bench.pod.notify(turnEnded, false);
  bench.pod.notify(quiet("b"), false);
  bench.restart();
  equal(bench.pod.status, "paused");
  await bench.resume();
  deepEqual(notificationsIn(bench.pod.history), ["a", "pod `child` finished a turn", "b"]);
  bench.restart();
  equal(bench.pod.wakingTrigger, null);
  await bench.run("next");
  equal(notificationsIn(bench.pod.history).length, 3);
});

Deno.test("dec 29 a restored pod that nobody paused is woken by what waits", async () => {
  const model = new EventModel(answer(text("1")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.pod.notify(quiet("a"), false);
  bench.restart();
  equal(bench.pod.wakingTrigger, null);
  bench.pod.notify(turnEnded, false);
  bench.restart();
  equal(bench.pod.wakingTrigger, "pod_event");
});

Deno.test("dec 29 a run that is stopped before it could look at what woke it keeps it on disk", async () => {
  const model = new EventModel(answer(text("1")), answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.pod.notify(note("ping"), true);
  const end = await bench.runNotifications("notify", at("invoke_start", "pause"));
  equal(end.result, "paused");
  deepEqual(bench.waiting(), ["ping"]);
  bench.restart();
  await bench.resume();
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
  bench.assertWhole();
});

Deno.test("a notification that a failed write kept from the model is not lost, and not shown twice", async () => {
  let isFull = false;
  const model = new EventModel(answer(text("1")), answer(text("fine")));
  using bench = await Bench.open({
    model,
    wrapLog: (log) =>
      failingAt(
        log,
        (entry) =>
          isFull && entry.kind === "system_item" && entry.item.kind === "notification" &&
          entry.item.message === "b",
      ),
  });
  await bench.run("one");
  for (const message of ["a", "b", "c"]) bench.pod.notify(note(message), false);
  isFull = true;
  equal((await bench.runNotifications()).result, "failed");
  bench.assertWhole();
  isFull = false;
  await bench.run("two");
  deepEqual(notificationsIn(bench.pod.history), ["a", "b", "c"]);
  deepEqual(bench.waiting(), []);
});

Deno.test("what woke a pod in vain does not wake it again and again", async () => {
  let isFull = false;
  const model = new EventModel(answer(text("1")), answer(text("fine")));
  using bench = await Bench.open({
    model,
    wrapLog: (log) => failingAt(log, () => isFull),
  });
  await bench.run("one");
  bench.pod.notify(note("ping"), true);
  isFull = true;
  equal((await bench.runNotifications()).result, "failed");
  equal(bench.pod.wakingTrigger, null);
  deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
  isFull = false;
  await bench.run("two");
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
});

Deno.test("a run that fails before it has looked at what woke it starts no other", async () => {
  using bench = await Bench.open({ model: new EventModel(), tools: [echo, echo] });
  bench.pod.notify(note("ping"), true);
  const end = await bench.runNotifications();
  ok(end.result === "failed");
  match(end.message, /duplicate tool name/);
  equal(bench.pod.wakingTrigger, null);
  deepEqual(bench.waiting(), ["ping"]);
});

Deno.test("10.14 W-6 what a cancelled run had not looked at starts the next one", async () => {
  const model = new EventModel(half("half"), answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  bench.pod.notify(note("ping"), false);
  equal((await bench.resume(at("status", "cancel"))).result, "cancelled");
  equal(bench.pod.wakingTrigger, "notify");
  await bench.runNotifications();
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
  bench.assertWhole();
});

Deno.test("a provider that fails has been told: the notification does not come twice", async () => {
  const down = { error: apiError(400, "no") };
  const model = new EventModel(answer(text("1")), down, answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.pod.notify(note("ping"), true);
  equal((await bench.runNotifications()).result, "failed");
  equal(bench.pod.wakingTrigger, null);
  await bench.run("two");
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
});

Deno.test("10.7.9 a pod that is shut down is idle first, though something waits that would start a run", async () => {
  using bench = await Bench.open({ model: new EventModel(answer(text("1")), SILENT) });
  await bench.run("one");
  bench.onEvent = ({ event }) => {
    if (event === "llm_call_start") bench.pod.notify(note("ping"), false);
  };
  await bench.run("two", at("llm_call_start", "cancel"));
  equal(bench.pod.wakingTrigger, "notify");
  equal(bench.pod.status, "running");
  bench.pod.publish({ event: "shutdown" });
  deepEqual(bench.story.slice(-3), [
    'S run_end {"result":"rolled_back"}',
    'S status {"status":"idle"}',
    "S shutdown",
  ]);
});

Deno.test("dec 29 a notification that was to start a run waits on disk when the pod is shut down first", async () => {
  const model = new EventModel(answer(text("1")), answer(text("fine")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.pod.notify(note("ping"), true);
  await bench.pod.runNotifications("notify", AbortSignal.abort("shutdown"));
  bench.restart();
  equal(bench.pod.wakingTrigger, "notify");
  await bench.runNotifications();
  deepEqual(notificationsIn(bench.pod.history), ["ping"]);
});
