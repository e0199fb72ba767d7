import { stringify } from "smol-toml";
import { PodClient } from "../../lib/ipc/mod.ts";
import { ByteClient } from "../support/byte_client.ts";
import { peakMemoryMb } from "../support/marked_processes.ts";
import { userInput } from "../support/talk.ts";
import { bareFanOut } from "./bare_fan_out.ts";
import { measure } from "./fan_out.ts";
import type { Figure } from "./figure.ts";
import { cpuMicros, median, pssMb } from "./process_meter.ts";
import { Resident } from "./resident_process.ts";

const CLIENTS = 64;
const DELTAS = 50_000;
const ROUNDS = 3;

/**
 * What a long and very fast answer costs a pod with many clients, from the model on. It is held against
 * events that are sent 64 at a time; a pod has them one by one, so that more writes are needed.
 *
 * @param directory for files of this benchmark
 */
export async function benchLoad(pod: string, directory: string): Promise<Figure[]> {
  const scenario = `${directory}/long.toml`;
  const text = Array.from({ length: DELTAS }, (_, index) => `some words of text, ${index} `);
  await Deno.writeTextFile(scenario, stringify({ loop: true, answer: [{ text }] }));
  const command = [pod, "serve", "--pod", "bench", "--model", `scripted/${scenario}`];
  const ours: number[] = [];
  const bare: number[] = [];
  const restMb: number[] = [];
  const peakMb: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using resident = await Resident.start(() => command, "");
    const { pid, path } = resident;
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => ByteClient.connect(path)),
    );
    restMb.push(pssMb(pid));
    const cpuBefore = cpuMicros(pid);
    using sender = await PodClient.connect(path);
    await sender.send(userInput("Speak"));
    await Promise.all(clients.map((client) => client.untilIdle()));
    ours.push((cpuMicros(pid) - cpuBefore) / DELTAS);
    peakMb.push(peakMemoryMb(pid));
    for (const client of clients) client[Symbol.dispose]();
    bare.push((await measure(`${directory}/bare`, CLIENTS, bareFanOut)).cpu);
  }
  const what = `${DELTAS} deltas of a pod to ${CLIENTS} clients`;
  return [
    {
      name: `${what}, cpu of each`,
      value: median(ours),
      unit: "µs",
      base: median(bare),
      goal: 3,
    },
    {
      name: `${what}, peak memory (RSS) beside rest (PSS)`,
      value: median(peakMb),
      unit: "MB",
      base: median(restMb),
      goal: 2,
    },
  ];
}
