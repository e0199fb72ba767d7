import { Controller } from "../../lib/controller/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { inTime } from "../support/in_time.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half } from "./hanging_tool.ts";
import { holdBefore } from "./held_model.ts";
import { hear, hearUntil, inShort, notification, userInput } from "./hear.ts";

Deno.test("what a full disk keeps from being done is answered, and the client stays", async () => {
  let isFull = false;
  await using served = await ServedPod.start({
    model: new EventModel(half("half"), answer(text("ok"))),
    onWrite: () => {
      if (isFull) throw new Error("no space left on device");
    },
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  isFull = true;
  await client.send({ method: "cancel", id: 1 });
  deepEqual(await client.receive(), {
    event: "error",
    data: { code: "internal", message: "History append failed: no space left on device" },
    reply_to: 1,
  });
  await client.send(notification("ping"));
  match(await hear(client) ?? "", /^error internal: History append failed/);
  equal(served.pod.status, "paused");
  isFull = false;
  await client.send({ method: "cancel" });
  deepEqual((await hearUntil(client, "status")).at(-1), "status idle");
});

Deno.test("an accepted run is not displaced by what waits in the queue when serving begins", async () => {
  await using served = await ServedPod.start({
    model: new EventModel(answer(text("one")), answer(text("two"))),
  });
  using client = await served.connect();
  const controller = new Controller({ pod: served.pod, podName: "test" });
  served.pod.notify({ kind: "notification", message: "ping" }, false);
  controller.handle(userInput("go"), { send: () => {} });
  const serving = controller.serve();
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.filter((line) => /^(invoke_start|system_item)/.test(line)), [
    "invoke_start user_send",
    "system_item notification",
  ]);
  controller.shutDown();
  await serving;
});

Deno.test("a run that is staged while another goes on begins when that one is over", async () => {
  const { model, release } = holdBefore(
    new EventModel(answer(text("one")), answer(text("two")), answer(text("three"))),
    (event) => event.type === "stop",
  );
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send(userInput("first"));
  await hearUntil(client, "text_done");
  const staged = served.controller.stage({ kind: "user", ...userInput("second").params });
  served.controller.handle(notification("ping"), { send: () => {} });
  release();
  deepEqual(await inTime("the second run", staged), { result: "finished" });
  deepEqual(inShort(served.pod.history).map((line) => line.slice(0, 22)), [
    "user: first",
    "assistant: one",
    "user: second",
    "system: [Notification]",
    "assistant: two",
  ]);
  equal(served.controller.state, "idle");
});

Deno.test("a shutdown stops the run that goes on, and what is staged behind it", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  await client.send(userInput("first"));
  await hearUntil(client, "text_delta");
  const staged = served.controller.stage({ kind: "user", ...userInput("second").params });
  await client.send({ method: "shutdown" });
  await inTime("the end", served.ended);
  equal((await staged).result, "cancelled");
  deepEqual(inShort(served.pod.history).filter((line) => line.startsWith("user")), [
    "user: first",
    "user: second",
  ]);
  equal((await served.controller.stage({ kind: "resume" })).result, "cancelled");
});

Deno.test("who leaves does what was accepted, and what that has left, and then takes nothing more", async () => {
  const { model, release } = holdBefore(
    new EventModel(answer(text("one")), answer(text("two"))),
    (event) => event.type === "stop",
  );
  await using served = await ServedPod.start({ model });
  using client = await served.connect();
  await client.send(userInput("first"));
  await hearUntil(client, "text_done");
  served.controller.leave();
  await client.send(notification("ping"));
  release();
  const heard = await hearUntil(client, "shutdown");
  deepEqual(heard.filter((line) => line.startsWith("run_end")), [
    "run_end finished",
    "run_end finished",
  ]);
  await inTime("the end", served.ended);
  equal((await served.controller.stage({ kind: "resume" })).result, "cancelled");
});
