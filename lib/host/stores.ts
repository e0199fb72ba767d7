import { messageOf, PodError } from "../base/mod.ts";
import { RegistryError } from "../ipc/mod.ts";
import { absolutePath, type Paths, podsDirectory, sessionsDirectory } from "../manifest/mod.ts";
import { PodMetadataStore, SessionError, SessionStore } from "../session/mod.ts";
import type { LaunchOptions } from "./launch.ts";

/** Where pods are kept on this machine. */
export interface Stores {
  readonly sessions: SessionStore;
  readonly pods: PodMetadataStore;
  /** Base of the runtime directories; absolute. */
  readonly runtime: string;
  /** What to do when they cannot be used. */
  readonly advice: string;
}

/**
 * Finds the base directories; nothing is made yet. A store of a pod's own holds its metadata too: what
 * leads to a log lies beside it (spec 70 §9-7).
 *
 * @param launch of the pod that they are for, if it is to be started
 * @throws {PodError} `no_directory` when no variable says where.
 */
export function openStores(
  paths: Paths,
  { storePath, isOneShot }: Partial<Pick<LaunchOptions, "storePath" | "isOneShot">> = {},
): Stores {
  const processCwd = Deno.cwd();
  const required = (directory: string | null, what: string, ways: string) => {
    if (directory !== null) return absolutePath(processCwd, directory);
    const message = `could not resolve ${what} (set ${ways}, or HOME)`;
    throw new PodError("no_directory", isOneShot ? `${message}; or use --ephemeral` : message);
  };
  const store = isOneShot === false ? "--store, " : "";
  const data = required(
    storePath ?? paths.data,
    "sessions directory",
    `${store}POD_HOME, POD_DATA_DIR`,
  );
  return {
    sessions: new SessionStore(storePath === undefined ? sessionsDirectory(data) : data),
    pods: new PodMetadataStore(podsDirectory(data)),
    runtime: required(
      paths.runtime,
      "runtime directory",
      "POD_HOME, POD_RUNTIME_DIR, XDG_RUNTIME_DIR",
    ),
    advice: `set ${storePath === undefined ? "POD_HOME" : "--store"} to a directory that can be ` +
      `written${isOneShot ? ", or use --ephemeral" : ""}`,
  };
}

/**
 * Makes the directories of logs and metadata, so that a pod which is ready can keep what it takes.
 *
 * @throws {PodError} `no_directory`, saying what to do.
 */
export async function createStores({ sessions, pods, advice }: Stores): Promise<void> {
  for (const [what, { root }] of [["session store", sessions], ["pod store", pods]] as const) {
    try {
      await Deno.mkdir(root, { recursive: true, mode: 0o700 });
    } catch (error) {
      const message = `failed to initialize ${what} at "${root}": ${messageOf(error)}; ${advice}`;
      throw new PodError("no_directory", message, { cause: error });
    }
  }
}

/**
 * Does something with those directories.
 *
 * @throws {PodError} `no_directory`, saying what to do, when they cannot be written or read.
 */
export async function usingDirectories<T>(
  { advice }: Stores,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `cannot use the data directory: ${messageOf(error)}; ${advice}`;
    throw new PodError("no_directory", message, { cause: error });
  }
}

/** Whether it was the operating system that refused, and not what was found there. */
function isSystemError(error: unknown): boolean {
  if (error instanceof SessionError || error instanceof RegistryError) return error.code === "io";
  return !(error instanceof PodError);
}
