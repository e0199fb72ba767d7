/**
 * What pod costs, as ratios to the least that could do the same work, measured in the same run:
 * `deno task compile && deno task bench`, both with the same Deno. DENORT_BIN names a runtime for
 * `deno compile`, if it is not to be downloaded.
 *
 * Last figures (2 cores, shared; Deno 2.6.8 on the 2.6.10 runtime), as ratios: `pod --version` 1.15,
 * scripted run 3.1, to the first request with the Anthropic SDK 3.5, whole one-shot 4.0, its peak memory
 * 1.4 (63 MB); append 0.97, replay 1.0; fan-out to 1, 8 and 64 clients 1.04, 1.03 and 0.83 of the CPU.
 *
 * @module
 */
import { benchFanOut } from "./fan_out.ts";
import { formatFigures } from "./figure.ts";
import { benchProviders } from "./providers.ts";
import { benchSessionLog } from "./session_log.ts";
import { benchStartUp } from "./start_up.ts";

const pod = new URL("../../dist/pod", import.meta.url).pathname;
const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
try {
  const hello = await compileHello(root);
  const figures = [
    ...await benchStartUp({ hello, pod }),
    ...await benchSessionLog(),
    ...await benchFanOut(),
    ...await benchProviders(),
  ];
  await Deno.stdout.write(new TextEncoder().encode(`${formatFigures(figures)}\n`));
} finally {
  await Deno.remove(root, { recursive: true });
}

async function compileHello(directory: string): Promise<string> {
  await Deno.writeTextFile(`${directory}/hello.ts`, 'console.log("hello");\n');
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "-A", "--no-config", "--no-code-cache", "-o", "hello", "hello.ts"],
    cwd: directory,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return `${directory}/hello`;
}
