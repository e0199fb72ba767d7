/**
 * Registers pods, one after the other, and prints what came of each: `ok` or the code of the error. Starts
 * when there is something on standard input. Arguments: runtime directory, then names.
 *
 * @module
 */
import { newId, PodError } from "../../lib/base/mod.ts";
import { PodRegistry } from "../../lib/ipc/mod.ts";
import { printLine } from "./print_line.ts";
import { noWarnings } from "./runtime.ts";

const [runtime = "", ...names] = Deno.args;
const registry = new PodRegistry(runtime, noWarnings);
printLine("ready");
await Deno.stdin.read(new Uint8Array(1));
for (const name of names) printLine(await outcome(name));
printLine("done");
await Deno.stdin.read(new Uint8Array(1));

async function outcome(name: string): Promise<string> {
  try {
    await registry.register({ name, segmentId: newId(), allow: [], deny: [] });
    return "ok";
  } catch (error) {
    if (error instanceof PodError) return error.code;
    throw error;
  }
}
