import { isPodName, podRuntimeDirectory } from "../manifest/mod.ts";
import { RuntimeError } from "./runtime_error.ts";
import { unixAddress } from "./socket_address.ts";

/**
 * Where a pod listens (spec 10 §1.1): known from its name alone.
 *
 * @throws {RuntimeError} `invalid_name`
 * @throws {SocketError} `path_too_long`
 */
export function socketPath(runtime: string, name: string): string {
  if (!isPodName(name)) throw new RuntimeError("invalid_name", `invalid pod name: ${name}`);
  return unixAddress(`${podRuntimeDirectory(runtime, name)}/sock`).path;
}
