import { PodClient } from "../../lib/ipc/mod.ts";
import { cancel, HOLDS, runInto } from "../support/holds.ts";
import { startModelServer } from "../support/model_server.ts";
import type { Figure } from "./figure.ts";
import { median } from "./process_meter.ts";
import { Resident } from "./resident_process.ts";

const ROUNDS = 15;
/** What a person takes for at once. */
const ALLOWED_MS = 250;

/**
 * How long it takes from a `cancel` to an idle pod, in every kind of wait.
 *
 * @param pod the program
 */
export async function benchCancel(pod: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const hold of HOLDS) {
    await using server = startModelServer((_request, index) => hold.answer(index));
    await using resident = await Resident.start(() => [pod, "serve", "--pod", "bench"], server.url);
    using client = await PodClient.connect(resident.path);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await runInto(hold, client, resident.root);
      const askedAt = performance.now();
      await cancel(client);
      times.push(performance.now() - askedAt);
    }
    figures.push({
      name: `cancel ${hold.name}`,
      value: median(times),
      unit: "ms",
      base: ALLOWED_MS,
      goal: 1,
    });
  }
  return figures;
}
