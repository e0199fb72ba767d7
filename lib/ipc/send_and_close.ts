import type { Method } from "../protocol/mod.ts";
import { PodClient, type PodClientOptions } from "./pod_client.ts";

/**
 * Delivers one method to a pod without waiting for what comes of it (spec 10 §13, send-only).
 *
 * @throws {SocketError} `path_too_long`, `unreachable`, `timeout`, `closed`
 */
export async function sendAndClose(
  path: string,
  method: Method,
  options: PodClientOptions = {},
): Promise<void> {
  using client = await PodClient.connect(path, options);
  await client.send(method);
}
