import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { ByteClient } from "../support/byte_client.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { inTime } from "../support/in_time.ts";
import { peakMemoryMb } from "../support/marked_processes.ts";
import { Workspace } from "../support/pod_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { userInput } from "../support/talk.ts";

const CLIENTS = 64;
const DELTAS = EXHAUSTIVE ? 50_000 : 2000;

/** Five times as much as may wait for a client, 64 MiB. */
const STUCK = { runs: 40, deltas: 500, bytes: 16_000 };

Deno.test(`${CLIENTS} clients get ${DELTAS} deltas, all of them in order`, async () => {
  await using workspace = await Workspace.create();
  const text = Array.from({ length: DELTAS }, (_, index) => `word ${index} `);
  const model = await workspace.scenario({ text: "Warm." }, { text });
  await using pod = await ServingPod.start(workspace, "loud", ["--model", model]);
  const clients = await connect(CLIENTS, pod);
  await runOnce(pod, clients);
  using late = await ByteClient.connect(pod.path);
  const before = peakMemoryMb(pod.process.pid);
  const [first = "", ...others] = await runOnce(pod, clients);
  others.push(await late.untilIdle());

  const events = first.trimEnd().split("\n").map((line) => JSON.parse(line));
  const deltas = events.filter(({ event }) => event === "text_delta");
  deepEqual(deltas.map(({ data }) => data.text), text);
  for (const other of others) ok(other === first, "a client has heard something else");
  const grown = peakMemoryMb(pod.process.pid) - before;
  ok(grown < 100, `it took ${grown} MB`);
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("10.15-7 a client that stops reading a serving pod is cut off alone", async () => {
  const { runs, deltas, bytes } = STUCK;
  await using workspace = await Workspace.create();
  // An answer that fails is not kept: what grows is what waits for the client.
  const failing = {
    text: "x".repeat(bytes),
    repeat_text: deltas,
    error: { message: "enough", after_events: deltas },
  };
  const model = await workspace.scenario(...Array(runs).fill(failing), { text: "Done." });
  await using pod = await ServingPod.start(workspace, "loud", ["--model", model]);
  const clients = await connect(2, pod);
  using stuck = await RawClient.connect(pod.path);
  await stuck.readUntil('"snapshot"');
  const before = peakMemoryMb(pod.process.pid);
  for (let run = 0; run < runs; run++) {
    const [first = "", ...others] = await runOnce(pod, clients);
    ok(first.length > deltas * bytes);
    for (const other of others) ok(other === first, "a client has heard something else");
  }
  const grown = peakMemoryMb(pod.process.pid) - before;
  ok(grown < 200, `it took ${grown} MB`);

  const { event, data } = JSON.parse((await stuck.readAll()).at(-1) ?? "");
  deepEqual([event, data.code], ["error", "internal"]);
  match(data.message, /too slowly/);
  using again = await ByteClient.connect(pod.path);
  const [last, ...rest] = await runOnce(pod, [again, ...clients]);
  match(last ?? "", /Done\./);
  equal(new Set(rest).size, 1);
  for (const client of clients) client[Symbol.dispose]();
});

function connect(count: number, { path }: ServingPod): Promise<ByteClient[]> {
  return Promise.all(Array.from({ length: count }, () => ByteClient.connect(path)));
}

/** Gives the pod an input; returns what each client hears until the pod is idle again. */
async function runOnce(pod: ServingPod, clients: readonly ByteClient[]): Promise<string[]> {
  using sender = await pod.connect();
  await sender.send(userInput("Speak"));
  return await inTime("the run", Promise.all(clients.map((client) => client.untilIdle())));
}
