import { messageOf, newId } from "../base/mod.ts";
import { socketAnswers } from "./socket_answers.ts";
import { unixAddress } from "./socket_address.ts";
import { SocketError } from "./socket_error.ts";

/** A socket that this process listens on, and its file. */
export interface BoundSocket {
  readonly listener: Deno.UnixListener;
  /** Refuses new connections, and removes the file unless another process has put its own there. */
  close(): void;
}

/**
 * Listens at `path`, for this user only: the socket gets mode 0600 and its directory, which is made if
 * need be, 0700. The file of a dead pod is replaced. Of two pods that do this in the same instant the
 * later wins; that there is only one is for the table of all pods to see to.
 *
 * The socket is bound under a temporary name and moved, because `Deno.Listener` removes whatever is at
 * the path it was bound to, and so that nobody meets it with other permissions (spec 10 W-18).
 *
 * @throws {SocketError} `in_use`, `path_too_long`, `io`
 */
export async function bindSocket(path: string): Promise<BoundSocket> {
  const address = unixAddress(path);
  try {
    if (await socketAnswers(path)) throw inUse(path);
    return await listenAt(address.path);
  } catch (error) {
    if (error instanceof SocketError) throw error;
    throw new SocketError("io", `cannot listen at ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function listenAt(path: string): Promise<BoundSocket> {
  const nameAt = path.lastIndexOf("/") + 1;
  const directory = path.slice(0, nameAt) || ".";
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await Deno.chmod(directory, 0o700);
  // No longer than the real name, which may be as long as the system allows.
  const temporary = path.slice(0, nameAt) + newId().slice(nameAt - path.length);
  const listener = Deno.listen({ transport: "unix", path: temporary });
  try {
    await Deno.chmod(temporary, 0o600);
    await Deno.rename(temporary, path);
    const own = await Deno.lstat(path);
    return { listener, close: () => closeSocket(listener, path, own) };
  } catch (error) {
    listener.close();
    throw error;
  }
}

function closeSocket(listener: Deno.UnixListener, path: string, own: Deno.FileInfo): void {
  listener.close();
  try {
    const { dev, ino } = Deno.lstatSync(path);
    if (dev === own.dev && ino === own.ino) Deno.removeSync(path);
  } catch (error) {
    // Somebody has removed it, which is as good.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function inUse(path: string): SocketError {
  return new SocketError(
    "in_use",
    `a running pod listens at ${path}; stop it, or choose another name`,
  );
}
