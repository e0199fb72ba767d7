import { PodClient } from "../../lib/ipc/mod.ts";
import { equal, match } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { ChildPod } from "./child_pod.ts";
import { RawClient } from "../support/raw_client.ts";
import { nextText, TestPod } from "./test_pod.ts";

const FEW_FILES = { maxOpenFiles: 64 };

Deno.test("clients that have closed are let go, even when nothing is said and nobody else comes", async () => {
  await using pod = await ChildPod.start();
  const before = pod.openFiles;
  const clients = [];
  for (let count = 0; count < 100; count++) clients.push(await PodClient.connect(pod.path));
  for (const client of clients) client.close();
  // Deno itself opens one or two more as it goes.
  await eventually("their descriptors are closed", () => pod.openFiles < before + 10);
});

Deno.test("so are clients that had first said that they will send no more, when the next ones come", async () => {
  await using pod = await ChildPod.start(FEW_FILES);
  for (let count = 0; count < 100; count++) {
    using client = await RawClient.connect(pod.path);
    await client.readUntil("snapshot");
    await client.closeWrite();
    // When this one is served, the pod knows of the other.
    (await PodClient.connect(pod.path)).close();
  }
  using last = await PodClient.connect(pod.path);
  equal(last.snapshot.data.status, "idle");
  equal(await pod.end(), "");
});

Deno.test("a client that will send no more hears on", async () => {
  await using pod = await TestPod.start();
  using witness = await pod.connect();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await client.write('{"method":"pause"}\n');
  await client.closeWrite();
  await pod.methods(1);
  for (const text of ["a", "b", "c"]) {
    pod.say(text);
    equal(await nextText(witness), text);
    match(await client.readLine() ?? "", new RegExp(`"${text}"`));
  }
});

Deno.test("a pod that runs out of descriptors accepts again when some are free (W-17)", async () => {
  await using pod = await ChildPod.start(FEW_FILES);
  const crowd = [];
  for (let count = 0; count < 64; count++) crowd.push(await RawClient.connect(pod.path));
  match(await pod.printed(), /open files/);
  for (const client of crowd) client[Symbol.dispose]();
  using late = await PodClient.connect(pod.path);
  equal(late.snapshot.data.status, "idle");
});
