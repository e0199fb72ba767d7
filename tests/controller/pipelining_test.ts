import { deepEqual, equal, ok } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half, hangInTool } from "./hanging_tool.ts";
import { connectRaw, hearUntil, inShort, notification, userInput } from "./hear.ts";

const RUNNING = "error already_running: Pod is already executing a turn";

Deno.test("10.6.1 of two runs in one write the first is accepted, the second refused", async () => {
  await using served = await ServedPod.start({ model: new EventModel(answer(text("ok"))) });
  using client = await connectRaw(served.path);
  await client.send(userInput("one"), userInput("two"));
  const heard = await hearUntil(client, "status idle");
  equal(heard.filter((line) => line === RUNNING).length, 1);
  deepEqual(inShort(served.pod.history), ["user: one", "assistant: ok"]);
});

for (const method of ["cancel", "pause"] as const) {
  Deno.test(`10.15-23 run and ${method} in one write: no trace, and the next run is not touched`, async () => {
    const model = new EventModel(answer(text("ok")));
    await using served = await ServedPod.start({ model });
    using client = await connectRaw(served.path);
    await client.send(userInput("one"), { method });
    const heard = await hearUntil(client, "status idle");
    deepEqual(heard.slice(-2), ["run_end rolled_back", "status idle"]);
    equal(model.requests.length, 0);
    await client.send(userInput("two"));
    const again = await hearUntil(client, "status idle");
    deepEqual(again.slice(-2), ["run_end finished", "status idle"]);
    deepEqual(inShort(served.pod.history), ["user: two", "assistant: ok"]);
  });
}

Deno.test("10.6.1 cancel and run in one write: the run comes too early", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await connectRaw(served.path);
  await client.send(userInput("one"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "cancel" }, userInput("two"));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.filter((line) => line.startsWith("error")), [
    RUNNING,
    "error internal: Cancelled",
  ]);
  deepEqual(inShort(served.pod.history), ["user: one"]);
});

Deno.test("10.6.4 of two stops the first counts", async () => {
  for (const [methods, status] of [["pause,cancel", "paused"], ["cancel,pause", "idle"]] as const) {
    await using hanging = await hangInTool(["call_1"]);
    const { client, served } = hanging;
    const [first, second] = methods.split(",") as ["pause" | "cancel", "pause" | "cancel"];
    using raw = await connectRaw(served.path);
    await raw.send({ method: first }, { method: second });
    equal((await hearUntil(client, "status")).at(-1), `status ${status}`);
    equal(served.controller.state, status);
  }
});

Deno.test("10.6.1 notify and run in one write: the notification's run is on, the other refused", async () => {
  await using served = await ServedPod.start({ model: new EventModel(answer(text("ok"))) });
  using client = await connectRaw(served.path);
  await client.send(notification("ping"), userInput("one"));
  const heard = await hearUntil(client, "status idle");
  ok(heard.includes(RUNNING) && heard.includes("invoke_start notify"));
  ok(!heard.includes("invoke_start user_send"));
});

Deno.test("10.6.1 two notifications in one write come in one run", async () => {
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model });
  using client = await connectRaw(served.path);
  await client.send(notification("one"), notification("two"));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.filter((line) => line.startsWith("system_item")).length, 2);
  equal(model.requests.length, 1);
});

Deno.test("10.6.1 run and shutdown in one write: the input is kept, the model not asked", async () => {
  const model = new EventModel(answer(text("seen")));
  await using served = await ServedPod.start({ model });
  using client = await connectRaw(served.path);
  await client.send(userInput("one"), { method: "shutdown" });
  deepEqual((await hearUntil(client, "shutdown")).slice(-3), [
    "error internal: Cancelled",
    "status idle",
    "shutdown",
  ]);
  await served.ended;
  equal(model.requests.length, 0);
  await using again = await ServedPod.start({ model }, served);
  using next = await connectRaw(again.path);
  await next.send(userInput("two"));
  await hearUntil(next, "status idle");
  deepEqual(inShort(again.pod.history).filter((line) => line.startsWith("user")), [
    "user: one",
    "user: two",
  ]);
});

Deno.test("10.9.3 while a turn comes to its end, methods behind a shutdown are refused", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await connectRaw(served.path);
  await client.send(userInput("one"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "shutdown" }, userInput("two"), { method: "cancel" });
  deepEqual(await hearUntil(client, "shutdown"), [
    "error internal: Pod is shutting down",
    "error internal: Pod is shutting down",
    "llm_call_end 0",
    "error internal: Cancelled",
    "status idle",
    "shutdown",
  ]);
  equal(await client.receive(), null);
});
