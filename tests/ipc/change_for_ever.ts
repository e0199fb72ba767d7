/**
 * Comes into the table and leaves it, again and again, until it is killed. Argument: the runtime directory.
 *
 * @module
 */
import { newId } from "../../lib/base/mod.ts";
import { PodRegistry } from "../../lib/ipc/mod.ts";
import { printLine } from "./print_line.ts";
import { noWarnings } from "./runtime.ts";

const [runtime = ""] = Deno.args;
const registry = new PodRegistry(runtime, noWarnings);
for (let round = 0;; round++) {
  await registry.register({ name: "visitor", segmentId: newId(), allow: [], deny: [] });
  await registry.release("visitor");
  if (round === 0) printLine("working");
}
