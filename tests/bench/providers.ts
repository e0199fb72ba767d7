import { openWire, requestOf, resolvedModel, said } from "../support/model_calls.ts";
import { type Scheme, SCHEMES } from "../support/schemes.ts";
import { readBareEventStream } from "./bare_event_stream.ts";
import type { Figure } from "./figure.ts";
import { cpuMicros, median } from "./process_meter.ts";

const DELTAS = 5000;
const ROUNDS = 9;
/** How the body comes: in pieces of 4 KB, as when the reader is slower; or each event by itself. */
const CHUNKINGS = ["4096", "event"];

const SERVER = new URL("stream_server.ts", import.meta.url).pathname;
const HELLO = requestOf([said("user", "hello")]);

/**
 * What a delta costs on its way from the wire to a model event, beside the least that reads the same
 * stream, in processor time.
 *
 * Last seen, in 4 KB pieces and event by event, on two busy cores with Deno 2.9.6: anthropic 1.9 to 2.6
 * and 1.2 to 1.4, openai_chat 1.5 to 1.7 and 1.4, openai_responses 1.7 and 1.3, gemini 1.5 to 2.0 and
 * 1.0 to 1.8.
 */
export async function benchProviders(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const chunking of CHUNKINGS) {
    for (const scheme of SCHEMES) figures.push(await compare(scheme, chunking));
  }
  return figures;
}

async function compare({ scheme, path }: Scheme, chunking: string): Promise<Figure> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", SERVER, `${DELTAS}`, chunking],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const url = await firstLine(child.stdout);
  const model = await openWire(resolvedModel(scheme, url));
  const ours: number[] = [];
  const bare: number[] = [];
  // The first rounds only warm up.
  for (let round = -2; round < ROUNDS; round++) {
    const ourCost = await costOf(async () => {
      for await (const _event of model.stream(HELLO, new AbortController().signal));
    });
    const bareCost = await costOf(() => readBareEventStream(`${url}/v1${path}`));
    if (round < 0) continue;
    ours.push(ourCost);
    bare.push(bareCost);
  }
  await child.stdin.close();
  await child.status;
  const pieces = chunking === "event" ? "event by event" : "in 4 KB pieces";
  return {
    name: `${scheme}: a delta, ${pieces}, beside fetch + parse`,
    value: median(ours),
    unit: "µs",
    base: median(bare),
    goal: 3,
  };
}

/** The processor time per delta of one stream, in µs. */
async function costOf(read: () => Promise<unknown>): Promise<number> {
  const before = cpuMicros();
  await read();
  return (cpuMicros() - before) / DELTAS;
}

async function firstLine(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const { value } = await stdout.getReader().read();
  return new TextDecoder().decode(value).trim();
}
