import { yieldToEventLoop } from "../../lib/base/mod.ts";
import { PodServer } from "../../lib/ipc/mod.ts";
import type { Event } from "../../lib/protocol/mod.ts";
import { bareFanOut, type FanOut } from "./bare_fan_out.ts";
import { cpuMicros } from "./cpu_time.ts";
import type { Figure } from "./figure.ts";
import { median } from "./process_meter.ts";

const CLIENTS = [1, 8, 64];
const EVENTS = 20_000;
/** How many events are published before anything else gets its turn. */
const BURST = 64;
const ROUNDS = 7;

const READERS = new URL("socket_readers.ts", import.meta.url).pathname;

/** Opens a socket; `onConnect` is called for each client that will get what is published from then on. */
type Open = (path: string, onConnect: () => void) => FanOut<Event> | Promise<FanOut<Event>>;

/** What an event took, all clients together, in µs. */
interface Cost {
  readonly cpu: number;
  /** Until the last client had read everything. */
  readonly wall: number;
}

/**
 * What it costs to send an event to all clients, beside the least that does it.
 *
 * Last seen, µs of processor time to 1, 8 and 64 clients, on two busy cores: 3.1, 3.9, 14.8 beside 3.2,
 * 4.4, 17.3 (Deno 2.9.6); 3.4, 3.5, 13.5 beside 3.0, 4.5, 20.8 (2.6.8).
 */
export async function benchFanOut(): Promise<Figure[]> {
  const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
  try {
    const figures: Figure[] = [];
    for (const clients of CLIENTS) figures.push(...await compare(root, clients));
    return figures;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function compare(root: string, clients: number): Promise<Figure[]> {
  const ours: Cost[] = [];
  const bare: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await measure(`${root}/pod/sock`, clients, podFanOut));
    bare.push(await measure(`${root}/bare`, clients, bareFanOut));
  }
  return (["cpu", "wall"] as const).map((what) => ({
    name: `event to ${clients} client(s), ${what}, beside join + write`,
    value: median(ours.map((cost) => cost[what])),
    unit: "µs",
    base: median(bare.map((cost) => cost[what])),
    goal: 1.5,
  }));
}

async function podFanOut(path: string, onConnect: () => void): Promise<FanOut<Event>> {
  return await PodServer.listen({
    path,
    prelude: () => {
      onConnect();
      return [];
    },
    onMethod: () => {},
    onError: (error) => {
      throw error;
    },
  });
}

async function measure(path: string, clients: number, open: Open): Promise<Cost> {
  const { promise: allConnected, resolve } = Promise.withResolvers<void>();
  let connected = 0;
  await using fanOut = await open(path, () => {
    connected += 1;
    if (connected === clients) resolve();
  });
  const readers = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", READERS, path, `${clients}`, `${EVENTS * lineBytes()}`],
    stdout: "piped",
  }).spawn();
  const printed = readers.stdout.getReader();
  await Promise.all([allConnected, printed.read()]);
  const cpuBefore = cpuMicros();
  const startedAt = performance.now();
  for (let index = 0; index < EVENTS; index++) {
    fanOut.publish(delta(index));
    if (index % BURST === 0) await yieldToEventLoop();
  }
  await printed.read();
  const wall = (performance.now() - startedAt) * 1000;
  const cpu = cpuMicros() - cpuBefore;
  await readers.status;
  return { cpu: cpu / EVENTS, wall: wall / EVENTS };
}

/** Events that are all equally long. */
function delta(index: number): Event {
  return { event: "text_delta", data: { text: `some words of text, ${`${index}`.padStart(8)}` } };
}

function lineBytes(): number {
  return JSON.stringify(delta(0)).length + 1;
}
