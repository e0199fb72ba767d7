import { type JsonObject, newId } from "../base/mod.ts";
import { PodRegistry, RuntimeDirectory } from "../ipc/mod.ts";
import { absolutePath } from "../manifest/mod.ts";
import type { Entry } from "../protocol/mod.ts";
import { type Log, MemoryLog, type ScopeSnapshot } from "../session/mod.ts";
import { createStores, type Stores, usingDirectories } from "./stores.ts";

/** What a pod is called, by name and by id. */
export interface PodIdentity {
  readonly name: string;
  readonly sessionId: string;
  readonly segmentId: string;
}

/** Where a pod keeps what it must keep, and what it may lose. */
export interface Storage extends AsyncDisposable {
  /** Creates a segment with its first entries and makes it the pod's own; when that fails, there is none. */
  createLog(segmentId: string, entries: Entry[]): Promise<Log>;
  /** For command output that is too long to show; made when it is needed. */
  readonly spillDirectory: string;
  /** What others see of the pod while it lives; null when it is not to be seen. */
  readonly runtime: RuntimeDirectory | null;
}

/** What a pod with a lasting session asks for. */
export interface StorageClaim {
  readonly identity: PodIdentity;
  readonly cwd: string;
  /** The resolved manifest, to be started with again. */
  readonly manifest: JsonObject;
  readonly scope: ScopeSnapshot;
  /** Whether there is a segment already. */
  readonly isRestored: boolean;
  /** Whether a parent has reserved its name and its directories. */
  readonly isAdopted: boolean;
  /** Whether the pod goes away after its run; such pods share their directories with each other. */
  readonly isOneShot: boolean;
  /** Whether it may work in directories of pods that stay. */
  readonly share: boolean;
  readonly onWarning: (message: string) => void;
  /** Called as soon as the name is this process's own; throws when it is not what it was taken for. */
  readonly verify: () => Promise<void>;
}

/** Keeps nothing: the log is only counted, long outputs go to a private folder that is removed. */
export function ephemeralStorage(temporaryDirectory: string): Storage {
  const scratch = absolutePath(Deno.cwd(), `${temporaryDirectory}/pod-${newId()}`);
  return {
    createLog: () => Promise.resolve(new MemoryLog()),
    spillDirectory: `${scratch}/bash-output`,
    runtime: null,
    [Symbol.asyncDispose]: () => removeTree(scratch),
  };
}

/**
 * Claims the pod's name and directories on this host, and keeps its session.
 *
 * @throws {PodError} `no_directory` without a place to write
 * @throws {RegistryError} when name, session or directories belong to a live pod.
 */
export async function durableStorage(stores: Stores, claim: StorageClaim): Promise<Storage> {
  const { sessions, pods, runtime } = stores;
  const { identity: { name, sessionId, segmentId }, cwd, manifest, scope, share } = claim;
  const registry = new PodRegistry(runtime, { onWarning: claim.onWarning });
  await createStores(stores);
  await usingDirectories(
    stores,
    () =>
      claim.isAdopted ? registry.adopt(name, segmentId) : registry.register(
        { name, segmentId, allow: scope.allow, deny: scope.deny, isOneShot: claim.isOneShot },
        { besideOthers: share },
      ),
  );
  let directory: RuntimeDirectory;
  try {
    directory = await usingDirectories(stores, async () => {
      await claim.verify();
      const pointer = { session_id: sessionId, ...(claim.isRestored && { segment_id: segmentId }) };
      await pods.setActive(name, pointer, { cwd, manifest });
      return await RuntimeDirectory.create(runtime, name);
    });
  } catch (error) {
    await registry.release(name);
    throw error;
  }
  let registered = segmentId;
  return {
    async createLog(newSegmentId, entries) {
      const log = await sessions.createSegment(sessionId, newSegmentId, entries);
      const before = registered;
      try {
        if (newSegmentId !== before) await registry.updateSegment(name, newSegmentId);
        registered = newSegmentId;
        // What a later start goes by comes last: until then nothing leads to the new segment.
        await pods.setActive(name, { session_id: sessionId, segment_id: newSegmentId });
      } catch (error) {
        log.close();
        await Deno.remove(sessions.segmentPath(sessionId, newSegmentId));
        if (registered !== before) await registry.updateSegment(name, before);
        registered = before;
        throw error;
      }
      return log;
    },
    spillDirectory: directory.spillPath,
    runtime: directory,
    async [Symbol.asyncDispose]() {
      await directory[Symbol.asyncDispose]();
      await registry.release(name);
    },
  };
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
