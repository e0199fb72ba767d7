/**
 * What pod costs, as ratios to the least that could do the same work, measured in the same run:
 * `deno task compile && deno task bench`, both with the same Deno. DENORT_BIN names a runtime for
 * `deno compile`, if it is not to be downloaded; POD_BIN another executable to measure. Arguments name the
 * benchmarks that are run: all of them, if there are none.
 *
 * Last figures (2 cores; Deno 2.6.8 on the 2.6.10 runtime), as ratios: `pod --version` 0.83 to 0.95, scripted run
 * 3.5 to 4.3 (152 ms), to the first request 3.2 to 3.7, whole one-shot 3.7 to 4.4, its peak memory 1.29 (57
 * MB). A pod that stays: ready 3.1 (139 ms), at rest 1.17 (54 MB), prompt to request 4.2 (3.5 ms, part of
 * which is spent waiting for the disk), to the first text 3.0 (4.6 ms), after 100 turns 1.08 (67 MB), SIGTERM
 * to exit 2.5 (12 ms); idle after a cancel in 2 to 3 ms, with 50 processes to end in 9; 50,000 deltas to 64
 * clients 2.6, with a peak of 92 MB. Append 1.06, restore of 200,000 entries 1.22 of the time and 1.14 of the
 * file's size; fan-out to 1, 8 and 64 clients 0.85, 0.86 and 0.63 of the CPU; a request of 150,000 tokens 0.3 to
 * 0.5 of its `JSON.stringify`.
 *
 * @module
 */
import { benchCancel } from "./cancel.ts";
import { benchFanOut } from "./fan_out.ts";
import { type Figure, formatFigures } from "./figure.ts";
import { benchLoad } from "./load.ts";
import { benchProviders } from "./providers.ts";
import { benchResident } from "./resident.ts";
import { benchRequestBuilding } from "./request_building.ts";
import { benchSessionLog } from "./session_log.ts";
import { benchStartUp } from "./start_up.ts";

const pod = Deno.env.get("POD_BIN") ?? new URL("../../dist/pod", import.meta.url).pathname;

/** Each is given a directory for what it compiles. */
const BENCHES: Readonly<Record<string, (directory: string) => Promise<Figure[]>>> = {
  start_up: async (directory) => benchStartUp({ pod, hello: await compile("hello", directory) }),
  resident: async (directory) => {
    return benchResident({ pod: [pod], bare: [await compile("bare_resident", directory)] });
  },
  cancel: () => benchCancel(pod),
  load: (directory) => benchLoad(pod, directory),
  session_log: benchSessionLog,
  request_building: () => Promise.resolve(benchRequestBuilding()),
  fan_out: benchFanOut,
  providers: benchProviders,
};

const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
    await Deno.stdout.write(new TextEncoder().encode(`${formatFigures(await bench(root))}\n`));
  }
} finally {
  await Deno.remove(root, { recursive: true });
}

/** Makes an executable of a program of this folder; returns its path. */
async function compile(name: string, directory: string): Promise<string> {
  const source = new URL(`${name}.ts`, import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "-A", "--no-config", "--no-code-cache", "-o", name, source],
    cwd: directory,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return `${directory}/${name}`;
}
