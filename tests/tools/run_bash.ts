/** Runs one Bash call in a process of its own: `run_bash.ts ROOT COMMAND`. Tells what came of it. */
import { BashWorkspace } from "./bash_workspace.ts";

const [root = "", command = ""] = Deno.args;
const space = new BashWorkspace(root);
await space.run("true");
let peakBytes = 0;
const startBytes = Deno.memoryUsage().rss;
const timer = setInterval(() => {
  peakBytes = Math.max(peakBytes, Deno.memoryUsage().rss);
}, 20);
const output = await space.run(command);
clearInterval(timer);
const savedBytes = space.savedFiles()
  .reduce((sum, name) => sum + Deno.statSync(`${space.spill}/${name}`).size, 0);
const report = { output, grownBytes: peakBytes - startBytes, savedBytes };
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(report)));
await space.bash[Symbol.asyncDispose]();
