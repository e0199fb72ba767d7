import { joinPath } from "../scope/mod.ts";
import { linkText, realPath } from "./look_up.ts";
import { PathChangedError } from "./path_error.ts";

/** A directory that was found where its canonical path says. */
export interface VerifiedDirectory {
  /** The path under which to reach an entry of it; use it at once, it is only good in the callback. */
  at(name: string): string;
  /** @throws {PathChangedError} when the directory is no longer where it was. */
  verify(): void;
}

/**
 * Runs `use` in a directory that cannot be swapped for a link meanwhile (spec 50 §2.10). The
 * directory is opened, the kernel is asked where the opened one really is, and entries are reached
 * through the open handle, so that no later change to the path matters. Where that cannot be done
 * (no `/proc`, or a directory that may be passed but not read) the path is compared with its
 * canonical form before and, by `verify`, after.
 *
 * `use` is synchronous: nothing else in this process can close or reuse the handle's number.
 *
 * @throws {PathChangedError} when `path` is not, or no longer, the canonical path of a directory.
 */
export function inDirectory<T>(path: string, use: (directory: VerifiedDirectory) => T): T {
  using handle = openDirectory(path);
  const directory = handle === null ? byPath(path) : byHandle(path);
  directory.verify();
  return use(directory);
}

const DESCRIPTORS = "/proc/self/fd";

/** Null where handles cannot be used. The dot keeps it from waiting for a FIFO put in the place. */
function openDirectory(path: string): Deno.FsFile | null {
  if (realPath(DESCRIPTORS) === null) return null;
  try {
    return Deno.openSync(joinPath(path, "."), { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

function byPath(path: string): VerifiedDirectory {
  return {
    at: (name) => joinPath(path, name),
    verify() {
      if (realPath(path) !== path) throw new PathChangedError();
    },
  };
}

/** The kernel's own path of each open handle is the text of the link in {@link DESCRIPTORS}. */
function byHandle(path: string): VerifiedDirectory {
  // One of them is that of the listing itself and leads nowhere any more.
  const open = Array.from(Deno.readDirSync(DESCRIPTORS), ({ name }) => `${DESCRIPTORS}/${name}`);
  const handle = open.find((descriptor) => linkText(descriptor) === path);
  if (handle === undefined) throw new PathChangedError();
  return {
    at: (name) => `${handle}/${name}`,
    verify() {
      if (linkText(handle) !== path) throw new PathChangedError();
    },
  };
}
