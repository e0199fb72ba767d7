import type { Workspace } from "../support/pod_process.ts";

/** What a file of JSON says. */
export async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

/** What is kept of a pod. */
export function metadataOf(workspace: Workspace, name: string, pods = `${workspace.home}/pods`) {
  return readJson(`${pods}/${name}/metadata.json`);
}

/** The texts that a log has as inputs. */
export async function inputsIn(path: string): Promise<unknown[]> {
  const entries = (await Deno.readTextFile(path)).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  return entries.filter(({ kind }) => kind === "user_input")
    .map(({ segments }) => segments[0].content);
}
