import type { ToolOutput } from "../../lib/agent/mod.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { search } from "./search_calls.ts";

interface Task {
  readonly root: string;
  readonly input: JsonObject;
  readonly rgPath: string | null;
}

/** Calls Grep, with `ws/denied` denied, in a process for which permission bits count, also for root. */
export async function searchUnprivileged(
  root: string,
  input: JsonObject,
  rgPath: string | null,
): Promise<ToolOutput> {
  const task: Task = { root, input, rgPath };
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
  const { root, input, rgPath }: Task = JSON.parse(Deno.args[0] ?? "");
  const space = new FileWorkspace(root, { ws: "write" }, { "ws/denied": "read" });
  const output = await search(space, "Grep", input, { rgPath });
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(output)));
}
