import { type Method } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half } from "./hanging_tool.ts";
import { holdBefore } from "./held_model.ts";
import { connectRaw, hear, hearSoFar, hearUntil, notification, userInput } from "./hear.ts";

Deno.test("10.15-1 an idle pod shows itself", async () => {
  await using served = await ServedPod.start({ model: new EventModel() });
  using client = await served.connect();
  const { status, greeting, entries } = client.snapshot.data;
  deepEqual([status, greeting.pod_name, entries], ["idle", "test", []]);
});

Deno.test("10.15-2 a bad line is answered to its sender alone, a method behind it works", async () => {
  await using served = await ServedPod.start({ model: new EventModel(answer(text("ok"))) });
  using bystander = await served.connect();
  using client = await connectRaw(served.path);
  await client.write('{"bad":"json"}\n{not-json}\n');
  for (let count = 0; count < 2; count++) {
    match(await hear(client) ?? "", /^error invalid_request: invalid method/);
  }
  await client.send(userInput("go"));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.at(-2), "run_end finished");
  deepEqual(await hearUntil(bystander, "status idle"), heard);
});

Deno.test("10.15-3 who comes and goes during a turn causes no error to others", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  for (let count = 0; count < 10; count++) (await served.connect()).close();
  using last = await served.connect();
  equal(last.snapshot.data.status, "running");
  deepEqual(await hearSoFar(client), []);
});

Deno.test("10.15-4 blank lines, CRLF and a last line without its end", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await connectRaw(served.path);
  await client.write(`\n \t\r\n  ${JSON.stringify(userInput("go"))}  \r\n\n`);
  await hearUntil(client, "text_delta");
  await client.write('{"method":"pause"}');
  await client.closeWrite();
  deepEqual((await hearUntil(client, "status")).slice(-2), ["run_end paused", "status paused"]);
});

const ASKED: readonly Method[] = [
  userInput(" "),
  { method: "resume" },
  { method: "cancel" },
  { method: "pause" },
  { method: "list_rewind_targets" },
  { method: "list_visible_pods" },
  { method: "inspect_pod", params: { name: "child" } },
  { method: "attach_or_restore_pod", params: { name: "child" } },
  { method: "list_completions", params: { kind: "file", prefix: "" } },
];

Deno.test("10.14 W-16 answers and refusals go to who asked, with its id if it gave one", async () => {
  await using served = await ServedPod.start({ model: new EventModel() });
  using bystander = await served.connect();
  using client = await served.connect();
  for (const [index, method] of ASKED.entries()) {
    await client.send({ ...method, id: index });
    equal((await client.receive())?.reply_to, index);
    await client.send(method);
    equal((await client.receive())?.reply_to, undefined);
  }
  deepEqual(await hearSoFar(bystander), []);
});

Deno.test("10.14 W-16 of two who ask for the same, each knows whose run it is before anything of it comes", async () => {
  const { model, release } = holdBefore(
    new EventModel(answer(text("ok"))),
    (event) => event.type === "stop",
  );
  await using served = await ServedPod.start({ model });
  using bystander = await served.connect();
  using winner = await served.connect();
  using loser = await served.connect();
  await winner.send({ ...userInput("same"), id: 1 });
  equal((await winner.receive())?.reply_to, 1);
  await loser.send({ ...userInput("same"), id: 1 });
  const refused = (await hearUntil(loser, "error")).at(-1);
  equal(refused, "error already_running: Pod is already executing a turn");
  release();
  deepEqual(
    await hearUntil(winner, "status idle"),
    await hearUntil(bystander, "status idle"),
  );
});

Deno.test("10.14 W-16 what has no answer of its own is answered with the status it leads to", async () => {
  await using served = await ServedPod.start({ model: new EventModel(half("half")) });
  using client = await served.connect();
  const statusAfter = async (method: Method) => {
    await client.send({ ...method, id: method.method });
    for (;;) {
      const event = await client.receive();
      if (event?.reply_to === method.method) return event.event === "status" && event.data.status;
    }
  };
  equal(await statusAfter({ method: "compact" }), "idle");
  equal(await statusAfter(userInput("go")), "running");
  await hearUntil(client, "text_delta");
  equal(await statusAfter(notification("ping")), "running");
  equal(await statusAfter({ method: "pause" }), "running");
  await hearUntil(client, "status paused");
  equal(await statusAfter({ method: "pause" }), "paused");
  equal(await statusAfter(notification("pong")), "paused");
  equal(await statusAfter({ method: "shutdown" }), "paused");
});

Deno.test("10.15-38 who joins in the middle of a text gets the first part with the snapshot, the rest live", async () => {
  const { model, release } = holdBefore(
    new EventModel(answer(text("hel", "lo"))),
    (event) => event.type === "block_delta" && event.text === "lo",
  );
  await using served = await ServedPod.start({ model });
  using first = await served.connect();
  await first.send(userInput("go"));
  await hearUntil(first, "text_delta hel");
  using late = await served.connect();
  const { status, entries, in_flight } = late.snapshot.data;
  equal(status, "running");
  equal(entries.at(-1)?.kind, "user_input");
  deepEqual(in_flight, { blocks: [{ kind: "text", text: "hel" }] });
  release();
  equal(await hear(late), "text_delta lo");
  ok(!(await hearUntil(late, "status idle")).includes("text_delta lo"));
  using last = await served.connect();
  equal(last.snapshot.data.in_flight, undefined);
  equal(last.snapshot.data.entries.filter(({ kind }) => kind === "assistant_item").length, 1);
});
