import { messageOf, newId, PodError } from "../base/mod.ts";
import {
  absolutePath,
  type Paths,
  podRuntimeDirectory,
  podsDirectory,
  sessionsDirectory,
} from "../manifest/mod.ts";
import type { Entry } from "../protocol/mod.ts";
import { type Log, MemoryLog, PodMetadataStore, SessionStore } from "../session/mod.ts";

/** What a pod is called, by name and by id. */
export interface PodIdentity {
  readonly name: string;
  readonly sessionId: string;
  readonly segmentId: string;
}

/** Where a pod keeps what it must keep, and what it may lose. */
export interface Storage extends AsyncDisposable {
  /** Creates a segment with its first entries and makes it the pod's own. */
  createLog(segmentId: string, entries: Entry[]): Promise<Log>;
  /** For command output that is too long to show; made when it is needed. */
  readonly spillDirectory: string;
}

/** Keeps nothing: the log is only counted, long outputs go to a private folder that is removed. */
export function ephemeralStorage(temporaryDirectory: string): Storage {
  const scratch = absolutePath(Deno.cwd(), `${temporaryDirectory}/pod-${newId()}`);
  return {
    createLog: () => Promise.resolve(new MemoryLog()),
    spillDirectory: `${scratch}/bash-output`,
    [Symbol.asyncDispose]: () => removeTree(scratch),
  };
}

/**
 * Claims the pod's name and keeps its session in the data directory.
 *
 * @throws {PodError} `no_directory` without a place to write, `name_in_use` when the name is taken.
 */
export async function durableStorage(
  identity: PodIdentity,
  paths: Paths,
  cwd: string,
): Promise<Storage> {
  const { name, sessionId } = identity;
  const data = required(paths.data, "sessions directory", "POD_HOME, POD_DATA_DIR");
  const runtime = required(
    paths.runtime,
    "runtime directory",
    "POD_HOME, POD_RUNTIME_DIR, XDG_RUNTIME_DIR",
  );
  const sessions = new SessionStore(sessionsDirectory(data));
  const pods = new PodMetadataStore(podsDirectory(data));
  if (!await unlessReadOnly(data, () => claim(pods.root, name))) {
    throw new PodError(
      "name_in_use",
      `pod \`${name}\` already exists; choose another --name, or leave it out`,
    );
  }
  await unlessReadOnly(data, () => pods.setPending(name, sessionId, { cwd }));
  const runtimeDirectory = podRuntimeDirectory(runtime, name);
  return {
    async createLog(segmentId, entries) {
      const log = await sessions.createSegment(sessionId, segmentId, entries);
      await pods.setActive(name, { session_id: sessionId, segment_id: segmentId });
      return log;
    },
    spillDirectory: `${runtimeDirectory}/bash-output`,
    [Symbol.asyncDispose]: () => removeTree(runtimeDirectory),
  };
}

/** Whether the name is now ours: of all who ask for it, also at the same time, one can make its folder. */
async function claim(root: string, name: string): Promise<boolean> {
  await Deno.mkdir(root, { recursive: true, mode: 0o700 });
  try {
    await Deno.mkdir(`${root}/${name}`, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

function required(directory: string | null, what: string, variables: string): string {
  if (directory !== null) return absolutePath(Deno.cwd(), directory);
  throw new PodError(
    "no_directory",
    `could not resolve ${what} (set ${variables}, or HOME); or use --ephemeral`,
  );
}

async function unlessReadOnly<T>(data: string, access: () => T | Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (error) {
    throw new PodError(
      "no_directory",
      `cannot use the data directory ${data}: ${messageOf(error)}; ` +
        "set POD_HOME to a directory that can be written, or use --ephemeral",
      { cause: error },
    );
  }
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
