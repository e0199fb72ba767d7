import { PodError } from "../base/mod.ts";
import { parseManifest, type PartialManifest } from "../manifest/mod.ts";
import type { RestoredSession } from "../pod/mod.ts";
import { type PodMetadata, replay, type ScopeSnapshot } from "../session/mod.ts";
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
  // The pointer to the first segment is written after the segment itself.
  const segmentId = metadata.active.segment_id ?? stores.sessions.listSegments(sessionId)[0];
  return {
    sessionId,
    conversation: segmentId === undefined ? null : open(sessionId, segmentId, stores),
    cwd: metadata.cwd ?? null,
    manifest: await storedManifest(name, metadata),
  };
}

function open(sessionId: string, segmentId: string, stores: Stores): StoredConversation {
  const { log, kept: state } = stores.sessions.openSegment(sessionId, segmentId, replay);
  const refuse = (reason: string) => {
    log.close();
    return new PodError("restore", `session ${segmentId} ${reason}`);
  };
  if (log.length === 0) throw refuse("has no entries to restore");
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
