import { PodClient, sendAndClose, SocketError, type SocketErrorCode } from "../../lib/ipc/mod.ts";
import type { Method } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, rejects } from "../support/assert.ts";
import { ScriptedSocket } from "./scripted_socket.ts";
import { alertEvent, nextText, snapshotEvent, TestPod } from "./test_pod.ts";

const MIB = 1024 * 1024;
const SNAPSHOT = JSON.stringify(snapshotEvent(""));
const BRIEFLY = { stepTimeoutMs: 50 };

Deno.test("lines that are not known are passed over, before and after the snapshot (W-27)", async () => {
  const alert = alertEvent("careful");
  await using socket = new ScriptedSocket([
    "no json",
    JSON.stringify(alert),
    '{"event":"from_the_future","data":{}}',
    SNAPSHOT,
    '{"event":"text_delta","data":{"text":7}}',
    "",
    '{"event":"status"}',
    '{"event":"text_delta","data":{"text":"known","new_key":1}}',
  ]);
  using client = await PodClient.connect(socket.path);
  deepEqual(client.alerts, [alert]);
  deepEqual(client.snapshot, snapshotEvent(""));
  equal(await nextText(client), "known");
});

Deno.test("a loop over the events can be left and taken up again, and ends with the connection", async () => {
  await using pod = await TestPod.start();
  using client = await pod.connect();
  for (const text of ["a", "b", "c"]) pod.say(text);
  for await (const event of client) {
    deepEqual(event, { event: "text_delta", data: { text: "a" } });
    break;
  }
  equal(await nextText(client), "b");
  await pod.server.close();
  const rest = await Array.fromAsync(client);
  deepEqual(rest, [{ event: "text_delta", data: { text: "c" } }]);
  equal(await client.receive(), null);
});

Deno.test("methods sent at once arrive whole and in order, and an id comes back", async () => {
  await using pod = await TestPod.start({
    onMethod: ({ id = "none" }, client) => client.send({ event: "shutdown", reply_to: id }),
  });
  using client = await pod.connect();
  const methods = Array.from({ length: 8 }, (_, id): Method => ({
    method: "notify",
    params: { message: `${id}`.repeat(MIB) },
    id,
  }));
  await Promise.all(methods.map((method) => client.send(method)));
  deepEqual(await pod.methods(methods.length), methods);
  for (const { id } of methods) {
    deepEqual(await client.receive(), { event: "shutdown", reply_to: id });
  }
});

Deno.test("closing ends a wait for the next event, and a method after it is refused", async () => {
  await using pod = await TestPod.start();
  using client = await pod.connect();
  const waiting = client.receive();
  client.close();
  equal(await waiting, null);
  await rejects(client.send({ method: "pause" }), socketError("closed", /is closed/));
});

Deno.test("a wait with a limit ends with it, and closes the connection", async () => {
  await using pod = await TestPod.start();
  using client = await pod.connect();
  await rejects(client.receive(20), socketError("timeout", /^read timed out$/));
  equal(await client.receive(), null);
});

Deno.test("10.13 nobody there: the words of the system", async () => {
  await rejects(
    sendAndClose("/nowhere/sock", { method: "shutdown" }),
    socketError("unreachable", /^No such file or directory \(os error 2\)$/),
  );
});

Deno.test("10.13 a pod that closes before its snapshot", async () => {
  await using socket = new ScriptedSocket([JSON.stringify(alertEvent("a"))], { thenClose: true });
  await rejects(
    sendAndClose(socket.path, { method: "shutdown" }),
    socketError("closed", /^pod closed connection before Snapshot event$/),
  );
});

Deno.test("10.13 a pod that says nothing", async () => {
  await using socket = new ScriptedSocket([]);
  await rejects(
    sendAndClose(socket.path, { method: "shutdown" }, BRIEFLY),
    socketError("timeout", /^read timed out$/),
  );
});

Deno.test("10.13 a pod that does not read", async () => {
  await using socket = new ScriptedSocket([SNAPSHOT]);
  const method: Method = { method: "notify", params: { message: "x".repeat(MIB) } };
  await rejects(
    sendAndClose(socket.path, method, BRIEFLY),
    socketError("timeout", /^write timed out$/),
  );
});

Deno.test("10.13 a pod at which too many wait", async () => {
  const directory = await Deno.makeTempDir();
  const address = { transport: "unix", path: `${directory}/sock` } as const;
  using _listener = Deno.listen(address);
  const waiting = await fillUp(address);
  await rejects(
    sendAndClose(address.path, { method: "shutdown" }, BRIEFLY),
    socketError("unreachable", /^connect timed out$/),
  );
  for (const connection of waiting) connection.close();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a path over the limit of the system is refused with both lengths", async () => {
  const path = `/${"x".repeat(200)}`;
  await rejects(PodClient.connect(path), socketError("path_too_long", /201 bytes .* limit of 107/));
});

/** Connects until the system takes no more. */
async function fillUp(address: Deno.UnixConnectOptions): Promise<Deno.Conn[]> {
  const connections: Deno.Conn[] = [];
  try {
    for (;;) connections.push(await Deno.connect(address));
  } catch (error) {
    if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    return connections;
  }
}

function socketError(code: SocketErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof SocketError)) return false;
    equal(error.code, code);
    match(error.message, message);
    return true;
  };
}
