import type { ToolOutput } from "../../lib/agent/mod.ts";
import { type JsonObject, messageOf } from "../../lib/base/mod.ts";
import { FileWorkspace, type Grants } from "./file_workspace.ts";

/** A tool's name and its arguments. */
export type Call = [string, JsonObject];
/** What came of a call: its output, or the message of its error. */
export type Outcome = ToolOutput | { error: string };

interface Task {
  readonly root: string;
  readonly allow: Grants;
  readonly calls: Call[];
}

/** Calls file tools in a process for which the permission bits of files count, also for root. */
export async function callUnprivileged(
  root: string,
  calls: Call[],
  allow: Grants = { ws: "write" },
): Promise<Outcome[]> {
  const task: Task = { root, allow, calls };
  const script = new URL(import.meta.url).pathname;
  const command = [Deno.execPath(), "run", "-A", script, JSON.stringify(task)];
  const [program = "", ...args] = Deno.uid() === 0 ? [...dropOverrides, ...command] : command;
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

/** Root without the capabilities that make it root for files; still able to read Deno's cache. */
const overrides = "-dac_override,-dac_read_search,-fowner";
const dropOverrides = ["setpriv", `--bounding-set=${overrides}`, `--inh-caps=${overrides}`];

if (import.meta.main) {
  const { root, allow, calls }: Task = JSON.parse(Deno.args[0] ?? "");
  const space = new FileWorkspace(root, allow);
  const outcomes: Outcome[] = [];
  for (const [name, input] of calls) {
    outcomes.push(await space.call(name, input).catch((error) => ({ error: messageOf(error) })));
  }
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcomes)));
}
