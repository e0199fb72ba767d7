import { sendAndClose } from "../../lib/ipc/mod.ts";
import type { Event, Method } from "../../lib/protocol/mod.ts";
import { EVENT_LINES, METHOD_LINES } from "../protocol/examples.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { alertEvent, nextText, snapshotEvent, TestPod, textSoFar } from "./test_pod.ts";

const MIB = 1024 * 1024;

Deno.test("10.15-1 the first line that is no alert is the snapshot", async () => {
  await using pod = await TestPod.start();
  pod.warn("one");
  pod.warn("two");
  using client = await RawClient.connect(pod.path);
  const lines = await client.readUntil("snapshot");
  deepEqual(lines.map((line) => JSON.parse(line)), [
    alertEvent("one"),
    alertEvent("two"),
    snapshotEvent(""),
  ]);
});

Deno.test("10.15-2 a line that is no method is answered to its sender alone, the next one works", async () => {
  await using pod = await TestPod.start();
  using bystander = await pod.connect();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await client.write('{"bad":"json"}\n{not-json}\n{"method":"pause"}\n');
  for (const line of [await client.readLine(), await client.readLine()]) {
    const { event, data } = JSON.parse(line ?? "");
    deepEqual([event, data.code], ["error", "invalid_request"]);
    match(data.message, /^invalid method: /);
  }
  deepEqual(await pod.methods(1), [{ method: "pause" }]);
  pod.say("next");
  equal(await nextText(bystander), "next");
});

Deno.test("a wrong method is answered with its id if it has one, and a long one not in full", async () => {
  await using pod = await TestPod.start();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await client.write(`{"method":"run","params":{"input":"${"x".repeat(MIB)}"},"id":"q1"}\n`);
  await client.write('{"id":7}\n{"id":{},"method":"pause"}\n');
  const answers = [];
  for (let count = 0; count < 3; count++) answers.push(await client.readLine() ?? "");
  deepEqual(answers.map((line) => JSON.parse(line).reply_to), ["q1", 7, undefined]);
  ok(answers.every((line) => line.length < 2000));
});

Deno.test("10.15-3 a client that comes and goes causes no error to others", async () => {
  await using pod = await TestPod.start();
  using bystander = await pod.connect();
  for (let count = 0; count < 20; count++) (await pod.connect()).close();
  using last = await pod.connect();
  pod.say("after");
  equal(await nextText(bystander), "after");
  equal(await nextText(last), "after");
  deepEqual(pod.errors, []);
});

Deno.test("10.15-4 blank lines and CRLF are tolerated, a last line without newline is executed", async () => {
  await using pod = await TestPod.start();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await client.write('\n  \r\n\t\n {"method":"pause"} \r\n\n{"method":"resume"}\r\n');
  await client.write('{"method":"cancel"}');
  await client.closeWrite();
  deepEqual(await pod.methods(3), [
    { method: "pause" },
    { method: "resume" },
    { method: "cancel" },
  ]);
  pod.say("still listening");
  match(await client.readLine() ?? "", /still listening/);
});

Deno.test("10.15-5 a 2 MiB line in 1 KiB pieces is read whole while events stream (W-1)", async () => {
  await using pod = await TestPod.start();
  using listener = await pod.connect();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  const message = "long ".repeat(2 * MIB / 5);
  const method: Method = { method: "notify", params: { message } };
  const line = new TextEncoder().encode(`${JSON.stringify(method)}\n`);
  let said = 0;
  for (let start = 0; start < line.byteLength; start += 1024) {
    await client.write(line.subarray(start, start + 1024));
    pod.say(`${said++}`);
  }
  deepEqual(await pod.methods(1), [method]);
  for (let count = 0; count < said; count++) equal(await nextText(listener), `${count}`);
  equal((await client.readUntil(`"${said - 1}"`)).length, said);
});

Deno.test("10.15-6 after a 2 MiB snapshot a 2 MiB method is confirmed, and a sent-off one arrives", async () => {
  await using pod = await TestPod.start({
    onMethod: (_method, client) =>
      client.send({ event: "invoke_start", data: { kind: "user_send" } }),
  });
  pod.text = "x".repeat(2 * MIB);
  using client = await pod.connect();
  equal(textSoFar(client), pod.text);
  const content = "y".repeat(2 * MIB);
  const run: Method = { method: "run", params: { input: [{ kind: "text", content }] } };
  await client.send(run);
  deepEqual(await client.receive(), { event: "invoke_start", data: { kind: "user_send" } });
  const report: Method = { method: "pod_event", params: { kind: "turn_ended", pod_name: "child" } };
  await sendAndClose(pod.path, report);
  deepEqual(await pod.methods(2), [run, report]);
});

Deno.test("a method sent off while events pour out is not lost (W-2)", async () => {
  await using pod = await TestPod.start();
  let isPouring = true;
  const pouring = (async () => {
    while (isPouring) {
      pod.say("x".repeat(1000));
      await new Promise((resolve) => setTimeout(resolve));
    }
  })();
  for (let count = 0; count < 50; count++) {
    await sendAndClose(pod.path, { method: "notify", params: { message: `${count}` } });
  }
  const methods = await pod.methods(50);
  isPouring = false;
  await pouring;
  const messages = methods.map((method) => method.method === "notify" && method.params.message);
  deepEqual(messages.toSorted(), Array.from({ length: 50 }, (_, count) => `${count}`).toSorted());
});

Deno.test("a method that was sent before its sender left is obeyed, when writing fails first (W-2)", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await using pod = await TestPod.start({
    onMethod: ({ method }) => method === "compact" ? held : undefined,
  });
  using witness = await pod.connect();
  using client = await pod.connect();
  await client.send({ method: "compact" });
  await pod.methods(1);
  await client.send({ method: "pause" });
  client.close();
  for (const text of ["into", "the", "void"]) {
    pod.say(text);
    equal(await nextText(witness), text);
  }
  release();
  await eventually("it is obeyed", () => pod.arrivals.length === 2);
  deepEqual(await pod.methods(2), [{ method: "compact" }, { method: "pause" }]);
});

Deno.test("what is sent to one client has its place among what is sent to all", async () => {
  await using pod = await TestPod.start();
  using one = await pod.connect();
  using other = await pod.connect();
  await one.send({ method: "pause" });
  await pod.methods(1);
  for (let count = 0; count < 3; count++) {
    pod.say(`${count}`);
    pod.arrivals[0]?.client.send({ event: "turn_start", data: { turn: count } });
  }
  for (let count = 0; count < 3; count++) {
    equal(await nextText(one), `${count}`);
    deepEqual(await one.receive(), { event: "turn_start", data: { turn: count } });
    equal(await nextText(other), `${count}`);
  }
});

Deno.test("10.15-8 the example lines of the protocol pass unchanged in both directions", async () => {
  await using pod = await TestPod.start();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await client.write(METHOD_LINES.join("\n"));
  await client.closeWrite();
  const methods = await pod.methods(METHOD_LINES.length);
  deepEqual(methods.map((method) => JSON.stringify(method)), METHOD_LINES);
  for (const line of EVENT_LINES) pod.server.publish(JSON.parse(line) as Event);
  for (const line of EVENT_LINES) equal(await client.readLine(), line);
});

Deno.test("10.15-38 who joins at any moment has everything, once and in order", async () => {
  await using pod = await TestPod.start();
  const joining = [];
  for (let count = 0; count < 100; count++) {
    joining.push(pod.connect());
    pod.say(`${count} `);
    if (count % 3 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const clients = await Promise.all(joining);
  const all = pod.text;
  pod.server.publish({ event: "shutdown" });
  for (const client of clients) {
    let text = textSoFar(client);
    for await (const event of client) {
      if (event.event === "shutdown") break;
      if (event.event === "text_delta") text += event.data.text;
    }
    equal(text, all);
    client.close();
  }
});

Deno.test("10.15-39 earlier alerts are replayed once and in order before the snapshot, later ones live", async () => {
  await using pod = await TestPod.start();
  for (let count = 0; count < 512; count++) pod.warn(`${count}`);
  using client = await pod.connect();
  const messages = client.alerts.map(({ data }) => data.message);
  deepEqual(messages, Array.from({ length: 512 }, (_, count) => `${count}`));
  pod.warn("live");
  deepEqual(await client.receive(), alertEvent("live"));
});

Deno.test("a slow handler of one client's methods holds up neither its events nor other clients", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await using pod = await TestPod.start({
    onMethod: ({ method }) => method === "compact" ? held : undefined,
  });
  using slow = await pod.connect();
  using other = await pod.connect();
  await slow.send({ method: "compact" });
  await pod.methods(1);
  await slow.send({ method: "pause" });
  await other.send({ method: "cancel" });
  deepEqual(await pod.methods(2), [{ method: "compact" }, { method: "cancel" }]);
  pod.say("meanwhile");
  equal(await nextText(slow), "meanwhile");
  release();
  deepEqual((await pod.methods(3)).at(-1), { method: "pause" });
});

Deno.test("what the handler throws is reported, and closes only that connection", async () => {
  const broken = new Error("broken");
  await using pod = await TestPod.start({
    onMethod: ({ method }) => {
      if (method === "compact") throw broken;
    },
  });
  using client = await pod.connect();
  using other = await pod.connect();
  await client.send({ method: "compact" });
  equal(await client.receive(), null);
  deepEqual(pod.errors, [broken]);
  pod.say("on");
  equal(await nextText(other), "on");
});
