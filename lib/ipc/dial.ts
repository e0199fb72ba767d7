import { messageOf, sleep } from "../base/mod.ts";
import { unixAddress } from "./socket_address.ts";
import { SocketError } from "./socket_error.ts";

const RETRY_MS = 20;

/**
 * Connects to a pod's socket. That takes no time, unless so many wait there that no more may queue.
 *
 * @throws {SocketError} `unreachable`, with the words of the operating system or `connect timed out`;
 * `path_too_long`
 */
export async function dial(path: string, timeoutMs: number): Promise<Deno.Conn> {
  const address = unixAddress(path);
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await Deno.connect(address);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw unreachable(messageOf(error), error);
      if (performance.now() >= until) throw unreachable("connect timed out", error);
      await sleep(RETRY_MS);
    }
  }
}

function unreachable(message: string, cause: unknown): SocketError {
  return new SocketError("unreachable", message, { cause });
}
