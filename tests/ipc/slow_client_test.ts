import { type OutboxLimits, PodClient } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { ChildPod } from "./child_pod.ts";
import { RawClient } from "../support/raw_client.ts";
import { nextText, TestPod, textSoFar } from "./test_pod.ts";

const MIB = 1024 * 1024;

const PIECES = 1000;
const PIECE = "x".repeat(1000);

function limits(some: Partial<OutboxLimits>): OutboxLimits {
  return { stalledBytes: Infinity, stallMs: 30_000, maxBytes: Infinity, ...some };
}

Deno.test("10.15-7 a client that stops reading is cut off alone, and sees all when it comes back", async () => {
  await using pod = await TestPod.start({ limits: limits({ maxBytes: 100_000 }) });
  using healthy = await pod.connect();
  using stuck = await RawClient.connect(pod.path);
  await stuck.readUntil("snapshot");
  for (let count = 0; count < 2000; count++) {
    const text = `${count} `.padEnd(300, ".");
    pod.say(text);
    equal(await nextText(healthy), text);
  }
  const lines = await stuck.readAll();
  const { event, data } = JSON.parse(lines.pop() ?? "");
  deepEqual([event, data.code], ["error", "internal"]);
  match(data.message, /too slowly/);
  const heard = lines.map((line) => JSON.parse(line).data.text).join("");
  ok(pod.text.startsWith(heard) && heard.length < pod.text.length);

  using again = await pod.connect();
  equal(textSoFar(again), pod.text);
  pod.say("live");
  equal(await nextText(again), "live");
  equal(await nextText(healthy), "live");
});

Deno.test("a client with much in its queue is cut off when it took nothing for 30 s", async () => {
  let nowMs = 0;
  await using pod = await TestPod.start({
    now: () => nowMs,
    limits: limits({ stalledBytes: 50_000 }),
  });
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await sayMore(pod);
  nowMs = 30_001;
  pod.say("too late");
  const lines = await client.readAll();
  ok(lines.length > 1 && lines.length < PIECES);
  match(lines.at(-1) ?? "", /cut off/);
});

Deno.test("a client that takes something now and then is not cut off", async () => {
  let nowMs = 0;
  await using pod = await TestPod.start({
    now: () => nowMs,
    limits: limits({ stalledBytes: 50_000 }),
  });
  using client = await RawClient.connect(pod.path);
  await client.readUntil("snapshot");
  await sayMore(pod);
  nowMs = 30_000;
  for (let count = 0; count < PIECES / 2; count++) await client.readLine();
  nowMs = 60_000;
  pod.say("end");
  equal((await client.readUntil('"end"')).length, PIECES / 2 + 1);
});

/** Says more than the system buffers for a client; when this is done, the one that does not read is stuck. */
async function sayMore(pod: TestPod): Promise<void> {
  using witness = await pod.connect();
  for (let count = 0; count < PIECES; count++) pod.say(PIECE);
  for (let count = 0; count < PIECES; count++) equal(await nextText(witness), PIECE);
}

Deno.test("what a new client gets first, or one event in an empty queue, may exceed the limit", async () => {
  await using pod = await TestPod.start({ limits: limits({ maxBytes: 10_000 }) });
  for (let count = 0; count < PIECES; count++) pod.warn(PIECE);
  pod.text = "s".repeat(MIB);
  using client = await RawClient.connect(pod.path);
  using witness = await pod.connect();
  pod.say("small");
  equal(await nextText(witness), "small");
  equal((await client.readUntil('"small"')).length, PIECES + 2);
  pod.say("e".repeat(MIB));
  ok((await client.readLine() ?? "").length > MIB);
});

Deno.test("events that a stuck client does not take need bounded memory", async () => {
  await using pod = await ChildPod.start();
  using healthy = await PodClient.connect(pod.path);
  using stuck = await RawClient.connect(pod.path);
  await stuck.readUntil("snapshot");
  const before = pod.peakMemoryMb;
  for (let round = 0; round < 100; round++) {
    await healthy.send({ method: "resume" });
    for (let count = 0; count < 100; count++) equal((await nextText(healthy))?.length, 16_000);
  }
  // 160 MB were published, of which at most 64 MiB may wait.
  ok(pod.peakMemoryMb - before < 110);
  match((await stuck.readAll()).at(-1) ?? "", /cut off/);
});
