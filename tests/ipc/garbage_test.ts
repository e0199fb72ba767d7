import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { ChildPod } from "./child_pod.ts";
import { garbageLines } from "../support/garbage_lines.ts";
import { RawClient } from "../support/raw_client.ts";
import { nextText, TestPod } from "./test_pod.ts";

const MIB = 1024 * 1024;

const encoder = new TextEncoder();

Deno.test("10.15-2 each of 200 pieces of garbage is answered, and the pod goes on", async () => {
  await using pod = await TestPod.start();
  using bystander = await pod.connect();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  const lines = garbageLines();
  ok(lines.length >= 200, `${lines.length}`);
  for (const line of lines) {
    await client.write(line);
    await client.write("\n");
    const answer = await client.readLine() ?? "";
    ok(answer.length < 2000);
    const { event, data } = JSON.parse(answer);
    deepEqual([event, data.code], ["error", "invalid_request"]);
    match(data.message, /^invalid method: /);
  }
  await client.write('{"method":"pause"}\n');
  deepEqual(await pod.methods(1), [{ method: "pause" }]);
  pod.say("well");
  equal(await nextText(bystander), "well");
  deepEqual(pod.errors, []);
});

Deno.test("a line over 32 MiB is refused, without being kept, and the next one works", async () => {
  await using pod = await ChildPod.start();
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  const piece = encoder.encode("x".repeat(MIB));
  const before = pod.peakMemoryMb;
  for (let count = 0; count < 200; count++) await client.write(piece);
  await client.write('\n{"method":"resume"}\n');
  match(await client.readLine() ?? "", /invalid method: line of more than 33554432 bytes/);
  match(await client.readLine() ?? "", /text_delta/);
  ok(pod.peakMemoryMb - before < 130);
});

Deno.test("half a line whose sender goes away is nothing", async () => {
  await using pod = await TestPod.start();
  {
    using client = await RawClient.connect(pod.path);
    await client.readUntil("snapshot");
    await client.write('{"method":"run","params":{"inp');
  }
  using other = await pod.connect();
  await other.send({ method: "pause" });
  deepEqual(await pod.methods(1), [{ method: "pause" }]);
  deepEqual(pod.errors, []);
});
