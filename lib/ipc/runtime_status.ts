import * as v from "valibot";
import { podStatus } from "../protocol/mod.ts";
import { RuntimeError } from "./runtime_error.ts";

/** What `status.json` in a runtime directory says about a live pod (spec 10 §9.2). */
export const runtimeStatus = v.object({
  pod_name: v.string(),
  segment_id: v.string(),
  state: podStatus,
});
export type RuntimeStatus = v.InferOutput<typeof runtimeStatus>;

const statusText = v.pipe(v.string(), v.parseJson(), runtimeStatus);

/**
 * What a pod said last about itself; a probe that costs the pod nothing.
 *
 * @throws {v.ValiError} when the file is not what it should be
 * @throws {Deno.errors} when it cannot be read.
 */
export async function readRuntimeStatus(directory: string): Promise<RuntimeStatus> {
  return v.parse(statusText, await Deno.readTextFile(`${directory}/status.json`));
}

/**
 * The process that a runtime directory belongs to.
 *
 * @throws {RuntimeError} `no_pid` when its file does not say
 * @throws {Deno.errors} when it cannot be read.
 */
export async function readRuntimePid(directory: string): Promise<number> {
  const text = await Deno.readTextFile(`${directory}/pid`);
  if (/^[0-9]{1,10}$/.test(text)) return Number(text);
  throw new RuntimeError("no_pid", `${directory}/pid holds no process id`);
}
