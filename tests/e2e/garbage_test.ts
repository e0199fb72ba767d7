import { parseEvent } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { garbageLines } from "../support/garbage_lines.ts";
import { peakMemoryMb } from "../support/marked_processes.ts";
import { Workspace } from "../support/pod_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServingPod } from "../support/serving_pod.ts";

const MB = 1_000_000;
const LONG_MB = 40;
const IDLE = '"status":"idle"';
const RUN = '{"method":"run","params":{"input":[{"kind":"text","content":"';

const encoder = new TextEncoder();

/** Written in pieces: more than a pod takes in one line. */
const LONG_LINES = [
  { head: "", tail: "" },
  { head: RUN, tail: '"}]}}' },
];

/** What dies with its sender. */
const HALF_LINES = [
  ...Array.from({ length: 30 }, (_, index) => encoder.encode(RUN.slice(0, 2 * index + 1))),
  // Half a character.
  encoder.encode(`${RUN}é`).subarray(0, -1),
];

Deno.test("10.15-2 a serving pod answers each of 200 pieces of garbage and keeps none of it", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "First." }, { text: "Second." });
  await using pod = await ServingPod.start(workspace, "tough", ["--model", model]);
  using bystander = await RawClient.connect(pod.path);
  using client = await RawClient.connect(pod.path);
  await bystander.readUntil('"snapshot"');
  await client.readUntil('"snapshot"');
  await client.write(`${RUN}one"}]}}\n`);
  deepEqual(await bystander.readUntil(IDLE), await client.readUntil(IDLE));
  const entries = await workspace.entries();
  const before = peakMemoryMb(pod.process.pid);

  for (const line of garbageLines()) {
    await client.write(line);
    await client.write("\n");
    await refused(client);
  }
  await client.write("GET / HTTP/1.1\r\nHost: pod\r\n\r\n \n\n");
  await refused(client);
  await refused(client);
  const filler = new Uint8Array(MB).fill(120);
  for (const { head, tail } of LONG_LINES) {
    await client.write(head);
    for (let count = 0; count < LONG_MB; count++) await client.write(filler);
    await client.write(`${tail}\n`);
    match(await refused(client), /more than 33554432 bytes/);
  }
  for (const half of HALF_LINES) {
    using mortal = await RawClient.connect(pod.path);
    await mortal.readUntil('"snapshot"');
    await mortal.write(half);
  }
  for (const half of HALF_LINES) {
    using mute = await RawClient.connect(pod.path);
    await mute.readUntil('"snapshot"');
    await mute.write(half);
    await mute.closeWrite();
    await refused(mute);
  }
  ok(peakMemoryMb(pod.process.pid) - before < 4 * LONG_MB);
  deepEqual(await workspace.entries(), entries);

  await client.write(`${RUN}two"}]}}\n`);
  // Nobody else has heard of any of it.
  deepEqual(await bystander.readUntil(IDLE), await client.readUntil(IDLE));
  const added = (await workspace.entries()).slice(entries.length);
  deepEqual(added.map(({ kind }) => kind), [
    "invoke",
    "user_input",
    "assistant_item",
    "turn_end",
    "run_completed",
  ]);
  pod.process.kill("SIGTERM");
  const { code, stdout, stderr } = await pod.process.finished;
  deepEqual([code, stdout], [0, ""]);
  match(stderr, /^POD-READY\t.*\npod: .*\npod: tough shutting down \(signal\)\n$/);
});

/** Reads the next line, which must be a short refusal; returns what it says. */
async function refused(client: RawClient): Promise<string> {
  const line = await client.readLine() ?? "";
  ok(line.length < 2000, `an answer of ${line.length} characters`);
  const event = parseEvent(JSON.parse(line));
  ok(event.event === "error", line);
  equal(event.data.code, "invalid_request");
  match(event.data.message, /^invalid method: /);
  return event.data.message;
}
