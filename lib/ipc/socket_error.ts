import { PodError, type PodErrorOptions } from "../base/mod.ts";

/**
 * What went wrong with a pod's socket: `in_use` (a live pod listens there), `path_too_long` (over the
 * limit of the operating system), `io` (it could not be made), `unreachable` (no connection),
 * `timeout` (a read or write took too long), `closed` (the connection has ended).
 */
export type SocketErrorCode =
  | "in_use"
  | "path_too_long"
  | "io"
  | "unreachable"
  | "timeout"
  | "closed";

/** A socket that could not be opened or used (spec 10 §1.1, §13). */
export class SocketError extends PodError {
  override readonly name = "SocketError";

  constructor(
    override readonly code: SocketErrorCode,
    message: string,
    options: PodErrorOptions = {},
  ) {
    super(code, message, options);
  }
}
