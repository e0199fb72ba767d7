import { writeFileAtomic } from "../base/mod.ts";
import { withLock } from "../ipc/mod.ts";
import type { CredentialFile } from "../providers/mod.ts";
import { readTextOrNull } from "./read_text.ts";

/** Longer than another pod can take to renew a login. */
const LOCK_TIMEOUT_MS = 40_000;

/**
 * A file with a login, as other programs keep it. The lock is a file beside it; the kernel frees it
 * when its holder ends, however that happens.
 */
export function openCredential(path: string): CredentialFile {
  return {
    path,
    read: () => readTextOrNull(path),
    // The real path: a link, such as one into a directory of dotfiles, stays a link.
    write: async (text) => writeFileAtomic(await Deno.realPath(path), text, { mode: 0o600 }),
    withLock: (body) => withLock(`${path}.lock`, LOCK_TIMEOUT_MS, body),
  };
}
