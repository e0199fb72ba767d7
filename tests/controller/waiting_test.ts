import type { PodClient } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { eventually } from "../support/eventually.ts";
import { ServedPod } from "../support/served_pod.ts";
import { connectRaw, hearUntil, inShort, notification, userInput } from "./hear.ts";

for (const method of ["cancel", "pause"] as const) {
  Deno.test(`10.15-43 ${method} and shutdown, though a notification waits: idle comes first`, async () => {
    await using served = await ServedPod.start({ model: new EventModel({ stall: true }) });
    using client = await connectRaw(served.path);
    await client.send(userInput("go"));
    await hearUntil(client, "llm_call_start");
    await client.send(notification("ping"), { method }, { method: "shutdown" });
    deepEqual((await hearUntil(client, "shutdown")).slice(-3), [
      "run_end rolled_back",
      "status idle",
      "shutdown",
    ]);
  });
}

Deno.test("on a full disk a run for a notification fails once, and the next one tells all that waits", async () => {
  let isFull = true;
  let tries = 0;
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({
    model,
    onWrite: ({ kind }) => {
      if (kind === "segment_start") tries++;
      // Lets a pod that tries for ever come to an end.
      if (isFull && tries < 10) throw new Error("no space left on device");
    },
  });
  using client = await connectRaw(served.path);
  await client.send(notification("one"));
  deepEqual(await hearUntil(client, "status idle"), [
    "status running",
    "error internal: no space left on device",
    "status idle",
  ]);
  equal(tries, 1);
  isFull = false;
  await client.send(notification("two"));
  await hearUntil(client, "status idle");
  equal(notesOf(served).length, 2);
});

Deno.test("7.29 notify and shutdown in one write: it is told when the pod is back", async () => {
  await using served = await ServedPod.start({ model: new EventModel(answer(text("ok"))) });
  using client = await connectRaw(served.path);
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  await client.send(notification("ping"), { method: "shutdown" });
  await hearUntil(client, "shutdown");
  await served.ended;
  const model = new EventModel(answer(text("ok")));
  await using again = await ServedPod.start({ model }, served);
  await eventually("the model is asked", () => model.requests.length === 1);
  equal(notesOf(again).length, 1);
});

Deno.test("10.8.2 who joins while the input is made durable is told of it once", async () => {
  const joined: PodClient[] = [];
  await using served = await ServedPod.start({
    model: new EventModel(answer(text("ok"))),
    onSync: async () => {
      if (joined.length === 0) joined.push(await served.connect());
    },
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  const [late] = joined;
  ok(late !== undefined);
  const inLog = late.snapshot.data.entries.filter(({ kind }) => kind === "user_input");
  const told = (await hearUntil(late, "status idle")).filter((line) =>
    line.startsWith("user_message")
  );
  late.close();
  deepEqual([inLog.length, told], [1, []]);
});

function notesOf(served: ServedPod): string[] {
  return inShort(served.pod.history).filter((line) => line.startsWith("system: [Notification]"));
}
