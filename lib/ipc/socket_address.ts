import { byteLength } from "../base/mod.ts";
import { SocketError } from "./socket_error.ts";

/** What a Unix socket address holds in bytes, without its closing NUL (unix(7)). */
const MAX_PATH_BYTES = Deno.build.os === "linux" ? 107 : 103;

/** The address of a Unix socket, for `Deno.listen` and `Deno.connect`. */
export interface UnixAddress {
  readonly transport: "unix";
  readonly path: string;
}

/**
 * A path as the address of a socket.
 *
 * @throws {SocketError} `path_too_long`
 */
export function unixAddress(path: string): UnixAddress {
  const bytes = byteLength(path);
  if (bytes <= MAX_PATH_BYTES) return { transport: "unix", path };
  throw new SocketError(
    "path_too_long",
    `socket path ${path} is ${bytes} bytes long, over the limit of ${MAX_PATH_BYTES}; ` +
      "set POD_RUNTIME_DIR to a directory with a shorter path",
  );
}
