/**
 * Prints as JSON what a delta of one scheme costs, and the least it could, in µs of processor time. A
 * process of its own for each: what V8 has learnt from one scheme's streams changes what the next costs.
 *
 * Arguments: the scheme, how the body comes (see `stream_server.ts`).
 */
import { openWire, requestOf, resolvedModel, said } from "../support/model_calls.ts";
import { SCHEMES } from "../support/schemes.ts";
import { readBareEventStream } from "./bare_event_stream.ts";
import { cpuMicros, median } from "./process_meter.ts";

const DELTAS = 5000;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 9;

const SERVER = new URL("stream_server.ts", import.meta.url).pathname;
const HELLO = requestOf([said("user", "hello")]);

const [name, chunking = ""] = Deno.args;
const scheme = SCHEMES.find(({ scheme }) => scheme === name);
if (scheme === undefined) throw new Error(`no scheme ${name}`);
const server = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", SERVER, `${DELTAS}`, chunking],
  stdin: "piped",
  stdout: "piped",
}).spawn();
const url = await firstLine(server.stdout);
const model = await openWire(resolvedModel(scheme.scheme, url));
const ours: number[] = [];
const bare: number[] = [];
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
  const ourCost = await costOf(async () => {
    for await (const _event of model.stream(HELLO, new AbortController().signal));
  });
  const bareCost = await costOf(() => readBareEventStream(`${url}/v1${scheme.path}`));
  if (round < 0) continue;
  ours.push(ourCost);
  bare.push(bareCost);
}
await server.stdin.close();
await server.status;
await Deno.stdout.write(
  new TextEncoder().encode(JSON.stringify({ ours: median(ours), bare: median(bare) })),
);

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
