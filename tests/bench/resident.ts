import { sleep } from "../../lib/base/mod.ts";
import { anthropicFrames } from "../support/model_frames.ts";
import { RawClient } from "../support/raw_client.ts";
import type { Figure } from "./figure.ts";
import { median, pssMb } from "./process_meter.ts";
import { Resident } from "./resident_process.ts";

const STARTS = 15;
const WARM_UP_TURNS = 20;
const TURNS = 100;
/** After this time a program has come to rest. */
const REST_MS = 300;

const RUN = '{"method":"run","params":{"input":[{"kind":"text","content":"Say ok"}]}}\n';
const ANSWER = anthropicFrames({ text: "ok" }, "model").join("");

/** What is measured, and how much of the bare program's it may be. */
const GOALS = {
  readyMs: { name: "start to ready", unit: "ms", goal: 2 },
  idleMb: { name: "memory at rest (PSS)", unit: "MB", goal: 1.1 },
  requestMs: { name: "prompt to model request, warm", unit: "ms", goal: 3 },
  textMs: { name: "prompt to first text, warm", unit: "ms", goal: 3 },
  usedMb: { name: `memory after ${TURNS} turns (PSS)`, unit: "MB", goal: 1.5 },
  exitMs: { name: "SIGTERM to exit", unit: "ms", goal: 10 },
} as const;

type Measures = Record<keyof typeof GOALS, number[]>;

/** The commands that are compared. */
export interface ResidentPrograms {
  readonly pod: readonly string[];
  /** `bare_resident.ts`. */
  readonly bare: readonly string[];
}

/**
 * What a pod that stays costs beside the least that could do the same. Both take turns, so that a slow
 * moment of the machine hits each of them.
 */
export async function benchResident(programs: ResidentPrograms): Promise<Figure[]> {
  await using model = new InstantModel();
  const start = {
    pod: () => Resident.start(() => [...programs.pod, "serve", "--pod", "bench"], model.url),
    bare: () => Resident.start((path) => [...programs.bare, path, model.url], model.url),
  };
  const measured = { pod: noMeasures(), bare: noMeasures() };
  for (let round = -1; round < STARTS; round++) {
    for (const which of ["pod", "bare"] as const) {
      await using resident = await start[which]();
      await sleep(REST_MS);
      const idleMb = pssMb(resident.pid);
      const exitMs = await resident.stop();
      // The first round only warms the page cache.
      if (round < 0) continue;
      measured[which].readyMs.push(resident.readyMs);
      measured[which].idleMb.push(idleMb);
      measured[which].exitMs.push(exitMs);
    }
  }
  await using pod = await start.pod();
  await using bare = await start.bare();
  const residents = { pod, bare };
  using podClient = await RawClient.connect(pod.path);
  using bareClient = await RawClient.connect(bare.path);
  const clients = { pod: podClient, bare: bareClient };
  for (let round = -WARM_UP_TURNS; round < TURNS; round++) {
    for (const which of ["pod", "bare"] as const) {
      const { requestMs, textMs } = await turn(clients[which], model);
      if (round < 0) continue;
      measured[which].requestMs.push(requestMs);
      measured[which].textMs.push(textMs);
    }
  }
  await sleep(REST_MS);
  for (const which of ["pod", "bare"] as const) {
    measured[which].usedMb.push(pssMb(residents[which].pid));
  }
  return Object.entries(GOALS).map(([key, { name, unit, goal }]) => ({
    name: `pod serve: ${name}`,
    value: median(measured.pod[key as keyof typeof GOALS]),
    unit,
    base: median(measured.bare[key as keyof typeof GOALS]),
    goal,
  }));
}

function noMeasures(): Measures {
  return { readyMs: [], idleMb: [], requestMs: [], textMs: [], usedMb: [], exitMs: [] };
}

/** One prompt: how long until the model is asked, and until its first word is here. */
async function turn(client: RawClient, model: InstantModel) {
  const startedAt = performance.now();
  await client.write(RUN);
  await client.readUntil('"text_delta"');
  const textMs = performance.now() - startedAt;
  await client.readUntil('{"event":"status","data":{"status":"idle"}}');
  return { requestMs: model.askedAt - startedAt, textMs };
}

/** A model that answers at once, and knows when it was asked last. */
class InstantModel implements AsyncDisposable {
  askedAt = 0;
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => {
      this.askedAt = performance.now();
      return new Response(ANSWER, { headers: { "content-type": "text/event-stream" } });
    },
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
