import { deepEqual, equal, ok, rejects } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel } from "../support/event_model.ts";
import { inTime } from "../support/in_time.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half, hangInTool } from "./hanging_tool.ts";
import { hear, hearUntil, userInput } from "./hear.ts";

Deno.test("10.15-43 shutdown of an idle pod: every client gets it, then the end", async () => {
  await using served = await ServedPod.start({ model: new EventModel() });
  const clients = await Promise.all([1, 2, 3, 4].map(() => served.connect()));
  await clients[0]?.send({ method: "shutdown" });
  for (const client of clients) {
    deepEqual([await hear(client), await hear(client)], ["shutdown", null]);
    client.close();
  }
  await inTime("the end", served.ended);
  deepEqual(served.story, [
    'S< {"event":"shutdown"}',
    'U> {"kind":"shut_down","pod_name":"test"}',
  ]);
  await rejects(served.connect(), { code: "unreachable" });
});

Deno.test("10.15-43 shutdown during a turn: it ends first, and every client hears all of it", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  using bystander = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await bystander.send({ method: "shutdown" });
  for (const each of [client, bystander]) {
    const heard = await hearUntil(each, "shutdown");
    deepEqual(heard.slice(-3), ["error internal: Cancelled", "status idle", "shutdown"]);
    equal(await hear(each), null);
  }
  equal(served.entries().at(-1)?.kind, "run_errored");
});

Deno.test("10.15-43 shutdown before any output takes nothing back", async () => {
  await using served = await ServedPod.start({ model: new EventModel({ stall: true }) });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "llm_call_start");
  await client.send({ method: "shutdown" });
  ok((await hearUntil(client, "shutdown")).includes("error internal: Cancelled"));
  ok(served.entries().some(({ kind }) => kind === "user_input"));
});

Deno.test("10.15-43 a paused pod is shut down as it is", async () => {
  await using hanging = await hangInTool(["call_1"]);
  const { served, client } = hanging;
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send({ method: "shutdown" });
  deepEqual([await hear(client), await hear(client)], ["shutdown", null]);
  await using again = await ServedPod.start({ model: new EventModel() }, served);
  using late = await again.connect();
  equal(late.snapshot.data.status, "paused");
});

Deno.test("10.6.4 a tool that will not stop holds up neither a cancel nor a shutdown", async () => {
  for (const method of ["cancel", "shutdown"] as const) {
    const deaf = new CountingTool("Look", () => new Promise(() => {}));
    const model = new EventModel(answer(call("call_1", "Look", "{}")));
    await using served = await ServedPod.start({ model, tools: [deaf] });
    using client = await served.connect();
    await client.send(userInput("go"));
    await hearUntil(client, "turn_end");
    const startedAt = performance.now();
    await client.send({ method });
    const heard = await hearUntil(client, "status idle");
    ok(performance.now() - startedAt < 5000);
    deepEqual(heard, [
      "tool_result call_1 [Interrupted by user]",
      "error internal: Cancelled",
      "status idle",
    ]);
  }
});
