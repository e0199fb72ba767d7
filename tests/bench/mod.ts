/**
 * What pod costs, as ratios to the least that could do the same work, measured in the same run:
 * `deno task compile && deno task bench`, both with the same Deno. DENORT_BIN names a runtime for
 * `deno compile`, if it is not to be downloaded; POD_BIN another executable to measure. Arguments name the
 * benchmarks that are run: all of them, if there are none.
 *
 * Last figures (2 cores, shared; Deno 2.6.8 on the 2.6.10 runtime), as ratios: `pod --version` 1.15,
 * scripted run 3.1, to the first request with the Anthropic SDK 3.5, whole one-shot 4.0, its peak memory
 * 1.4 (63 MB); append 0.97, replay 1.0; fan-out to 1, 8 and 64 clients 1.04, 1.03 and 0.83 of the CPU.
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
