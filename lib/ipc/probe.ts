import type { PodInspection } from "../protocol/mod.ts";
import { dial } from "./dial.ts";
import { PodClient } from "./pod_client.ts";
import { SocketError } from "./socket_error.ts";

/** Whether a pod answers, what it is doing if it said so, and otherwise why it cannot be reached. */
export type PodProbe = Omit<PodInspection["live"], "socket_path">;

/** Whether somebody accepts connections at `path`; costs the pod next to nothing (spec 10 §13). */
export function probePod(path: string, timeoutMs: number): Promise<PodProbe> {
  return probing(async () => {
    (await dial(path, timeoutMs)).close();
    return { reachable: true };
  });
}

/** The same, with the status from the pod's snapshot unless that takes longer than `timeoutMs`. */
export function probeStatus(path: string, timeoutMs: number): Promise<PodProbe> {
  return probing(async () => {
    using client = await PodClient.connect(path, { stepTimeoutMs: timeoutMs });
    return { reachable: true, status: client.snapshot.data.status };
  });
}

async function probing(probe: () => Promise<PodProbe>): Promise<PodProbe> {
  try {
    return await probe();
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    const isConnected = error.code === "timeout" || error.code === "closed";
    return isConnected ? { reachable: true } : { reachable: false, error: error.message };
  }
}
