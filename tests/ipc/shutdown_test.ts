import { deepEqual, equal } from "../support/assert.ts";
import { exists } from "../support/exists.ts";
import { inTime } from "../support/in_time.ts";
import { RawClient } from "../support/raw_client.ts";
import { TestPod } from "./test_pod.ts";

Deno.test("10.15-43 every client gets what was published up to `shutdown`, then the end", async () => {
  await using pod = await TestPod.start();
  const clients = [];
  for (let count = 0; count < 8; count++) {
    const client = await RawClient.connect(pod.path);
    await client.readUntil("snapshot");
    clients.push(client);
  }
  for (let count = 0; count < 2000; count++) pod.say("x".repeat(1000));
  pod.server.publish({ event: "shutdown" });
  const closing = pod.server.close(60_000);
  const heard = await Promise.all(clients.map((client) => client.readAll()));
  await closing;
  for (const lines of heard) {
    equal(lines.length, 2001);
    equal(lines.at(-1), '{"event":"shutdown"}');
  }
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("10.15-43 a client that does not read holds up the end only for the time given", async () => {
  await using pod = await TestPod.start();
  using stuck = await RawClient.connect(pod.path);
  await stuck.readUntil("snapshot");
  for (let count = 0; count < 2000; count++) pod.say("x".repeat(1000));
  pod.server.publish({ event: "shutdown" });
  await inTime("the end of the server", pod.server.close(100));
});

Deno.test("10.15-43 from the moment of closing nobody can connect, and no method is taken", async () => {
  await using pod = await TestPod.start();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  for (let count = 0; count < 2000; count++) pod.say("x".repeat(1000));
  const closing = pod.server.close(60_000);
  equal(await exists(pod.path), false);
  await client.write('{"method":"pause"}\n{"no method":1}\n');
  equal((await client.readAll()).length, 2000);
  await closing;
  deepEqual(pod.arrivals, []);
});

Deno.test("closing twice is harmless", async () => {
  await using pod = await TestPod.start();
  await Promise.all([pod.server.close(), pod.server.close()]);
  await pod.server.close();
  equal(await exists(pod.path), false);
});
