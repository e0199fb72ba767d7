import { messageOf, PodError } from "../base/mod.ts";
import { RegistryError } from "../ipc/mod.ts";
import { absolutePath, type Paths, podsDirectory, sessionsDirectory } from "../manifest/mod.ts";
import { PodMetadataStore, SessionError, SessionStore } from "../session/mod.ts";

/** Where pods are kept on this machine. */
export interface Stores {
  readonly sessions: SessionStore;
  readonly pods: PodMetadataStore;
  /** Base of the runtime directories; absolute. */
  readonly runtime: string;
}

/**
 * Finds the base directories; nothing is made yet.
 *
 * @throws {PodError} `no_directory` when no variable says where.
 */
export function openStores(paths: Paths): Stores {
  const data = required(paths.data, "sessions directory", "POD_HOME, POD_DATA_DIR");
  const variables = "POD_HOME, POD_RUNTIME_DIR, XDG_RUNTIME_DIR";
  return {
    sessions: new SessionStore(sessionsDirectory(data)),
    pods: new PodMetadataStore(podsDirectory(data)),
    runtime: required(paths.runtime, "runtime directory", variables),
  };
}

/**
 * Does something with those directories.
 *
 * @throws {PodError} `no_directory`, saying what to do, when they cannot be written or read.
 */
export async function usingDirectories<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new PodError(
      "no_directory",
      `cannot use the data directory: ${messageOf(error)}; ` +
        "set POD_HOME to a directory that can be written, or use --ephemeral",
      { cause: error },
    );
  }
}

/** Whether it was the operating system that refused, and not what was found there. */
function isSystemError(error: unknown): boolean {
  if (error instanceof SessionError || error instanceof RegistryError) return error.code === "io";
  return !(error instanceof PodError);
}

function required(directory: string | null, what: string, variables: string): string {
  if (directory !== null) return absolutePath(Deno.cwd(), directory);
  throw new PodError(
    "no_directory",
    `could not resolve ${what} (set ${variables}, or HOME); or use --ephemeral`,
  );
}
