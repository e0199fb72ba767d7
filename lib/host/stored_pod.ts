import { PodError } from "../base/mod.ts";
import { parseManifest, type PartialManifest } from "../manifest/mod.ts";
import type { RestoredSession } from "../pod/mod.ts";
import {
  type ActivePointer,
  type PodMetadata,
  replay,
  type ScopeSnapshot,
} from "../session/mod.ts";
import type { Stores } from "./stores.ts";

/** What is kept of a pod that was there before. */
export interface StoredPod {
  readonly sessionId: string;
  /** Null when the pod went away before it had said anything. */
  readonly conversation: StoredConversation | null;
  /** Where it worked; null in files of the reference. */
  readonly cwd: string | null;
  /** How it was configured; null in files of the reference. */
  readonly manifest: PartialManifest | null;
  /** Changes when the pod is used. */
  readonly usage: string;
}

/** A conversation to go on with. */
export interface StoredConversation extends RestoredSession {
  readonly segmentId: string;
  readonly scope: ScopeSnapshot;
}

/**
 * Finds a pod by its name and reads its conversation (spec 30 §8.2, §12). Writes nothing.
 *
 * @returns null when there is no such pod.
 * @throws {PodError} when what is kept cannot be used.
 */
export async function findStoredPod(name: string, stores: Stores): Promise<StoredPod | null> {
  const metadata = await stores.pods.read(name);
  if (metadata?.active === undefined) return null;
  const { session_id: sessionId } = metadata.active;
  const segmentId = segmentOf(metadata.active, stores);
  // Before it is read: what is written meanwhile shows as a change.
  const usage = usageOf(metadata, stores);
  return {
    sessionId,
    usage,
    conversation: segmentId === undefined ? null : open(sessionId, segmentId, stores),
    cwd: metadata.cwd ?? null,
    manifest: await storedManifest(name, metadata),
  };
}

/**
 * Makes sure that a pod is as it was found: between that and having its name for oneself, another
 * process may have had it.
 *
 * @throws {PodError} `name_in_use`
 */
export async function checkUnchanged(
  name: string,
  found: StoredPod | null,
  stores: Stores,
): Promise<void> {
  if (usageOf(await stores.pods.read(name), stores) === (found?.usage ?? UNUSED)) return;
  throw new PodError(
    "name_in_use",
    `pod \`${name}\` was used by another process just now; try again`,
  );
}

const UNUSED = "";

/** Which log a pod goes on with, and how long that is. */
function usageOf(metadata: PodMetadata | null, stores: Stores): string {
  if (metadata?.active === undefined) return UNUSED;
  const { session_id } = metadata.active;
  const segmentId = segmentOf(metadata.active, stores);
  if (segmentId === undefined || !stores.sessions.segmentExists(session_id, segmentId)) {
    return session_id;
  }
  const { size } = Deno.statSync(stores.sessions.segmentPath(session_id, segmentId));
  return `${session_id} ${segmentId} ${size}`;
}

/** The pointer to the first segment is written after the segment itself. */
function segmentOf({ session_id, segment_id }: ActivePointer, stores: Stores): string | undefined {
  return segment_id ?? stores.sessions.listSegments(session_id)[0];
}

function open(sessionId: string, segmentId: string, stores: Stores): StoredConversation {
  const { log, entries } = stores.sessions.openSegment(sessionId, segmentId);
  const refuse = (reason: string) => {
    log.close();
    return new PodError("restore", `session ${segmentId} ${reason}`);
  };
  if (entries.length === 0) throw refuse("has no entries to restore");
  const state = replay(entries);
  if (state.scope === null) {
    throw refuse("has no persisted scope snapshot; refusing resume without explicit scope");
  }
  return { segmentId, log, state, scope: state.scope };
}

async function storedManifest(
  name: string,
  { resolved_manifest_snapshot: snapshot }: PodMetadata,
): Promise<PartialManifest | null> {
  if (snapshot === undefined || snapshot === null) return null;
  const source = `the manifest that pod metadata for ${name} contains`;
  const options = { format: "json", source, base: null } as const;
  return (await parseManifest(JSON.stringify(snapshot), options)).manifest;
}
