import { messageOf } from "../base/mod.ts";
import { parseManifest, podRuntimeDirectory } from "../manifest/mod.ts";
import type { Allocation } from "./allocation.ts";
import { processOf } from "./pod_process.ts";
import { readRuntimePid, readRuntimeStatus } from "./runtime_status.ts";
import { socketAnswers } from "./socket_answers.ts";
import { socketPath } from "./socket_path.ts";

/** The pods that answer, and why others had to be left out, a line each. */
export interface LivePods {
  readonly pods: Allocation[];
  readonly problems: string[];
}

/**
 * Finds the pods of a host without its table, by knocking at the socket of every runtime directory. What
 * only the table knew, who delegated to whom and who shares, is lost: each becomes a top-level pod that
 * holds its area alone.
 */
export async function findLivePods(runtime: string): Promise<LivePods> {
  const found: LivePods = { pods: [], problems: [] };
  const entries = await Array.fromAsync(Deno.readDir(runtime));
  const names = entries.filter((entry) => entry.isDirectory).map((entry) => entry.name);
  for (const name of names.sort()) {
    try {
      const pod = await livePod(runtime, name);
      if (pod !== null) found.pods.push(pod);
    } catch (error) {
      found.problems.push(`pod \`${name}\` was left out: ${messageOf(error)}`);
    }
  }
  return found;
}

async function livePod(runtime: string, name: string): Promise<Allocation | null> {
  const socket = socketPath(runtime, name);
  if (!await socketAnswers(socket)) return null;
  const directory = podRuntimeDirectory(runtime, name);
  const source = `${directory}/manifest.toml`;
  const text = await Deno.readTextFile(source);
  const { manifest } = await parseManifest(text, { format: "toml", source, base: null });
  const { segment_id } = await readRuntimeStatus(directory);
  return {
    pod_name: name,
    ...processOf(await readRuntimePid(directory)),
    socket,
    scope_allow: manifest.scope?.allow ?? [],
    scope_deny: [],
    delegated_from: null,
    segment_id,
  };
}
