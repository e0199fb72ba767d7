import { type JsonValue, PodError } from "../base/mod.ts";
import {
  type PartialManifest,
  type ProfileOrigin,
  readLayer,
  readProfileOrigin,
} from "../manifest/mod.ts";
import type { RestoredSession } from "../pod/mod.ts";
import { type PodMetadata, replay, type ScopeSnapshot, SessionError } from "../session/mod.ts";
import { narrowScope } from "./pod_scope.ts";
import type { Stores } from "./stores.ts";

/** What is kept of a pod that was there before. */
export interface StoredPod {
  /** Null for a session that no pod calls its own. */
  readonly name: string | null;
  readonly sessionId: string;
  /** Null when the pod went away before it had said anything. */
  readonly segmentId: string | null;
  /** Where it worked; null in files of the reference. */
  readonly cwd: string | null;
  /** How it was configured, as JSON; null in files of the reference. */
  readonly manifest: JsonValue;
  /** Changes when the session is used. */
  readonly usage: string;
}

/** A conversation to go on with. */
export interface StoredConversation extends RestoredSession {
  readonly scope: ScopeSnapshot;
}

/**
 * Finds a pod by its name (spec 30 §8.2). Reads nothing but its metadata.
 *
 * @returns null when there is no such pod.
 * @throws {PodError} when its metadata cannot be read.
 */
export async function findStoredPod(name: string, stores: Stores): Promise<StoredPod | null> {
  let metadata: PodMetadata | null;
  try {
    metadata = await stores.pods.read(name);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    const message = `failed to read pod state for ${name}: ${error.message}`;
    throw new SessionError(error.code, message, { path: error.path, cause: error });
  }
  if (metadata?.active === undefined) return null;
  const { session_id: sessionId, segment_id } = metadata.active;
  // The pointer to the first segment is written after the segment itself.
  const segmentId = segment_id ?? stores.sessions.listSegments(sessionId)[0] ?? null;
  return {
    name,
    sessionId,
    segmentId,
    cwd: metadata.cwd ?? null,
    manifest: metadata.resolved_manifest_snapshot ?? null,
    usage: usageOf({ sessionId, segmentId }, stores),
  };
}

/** Which log a session goes on with, and how long that is. */
function usageOf(
  { sessionId, segmentId }: Pick<StoredPod, "sessionId" | "segmentId">,
  { sessions }: Stores,
): string {
  if (segmentId === null || !sessions.segmentExists(sessionId, segmentId)) return sessionId;
  const { size } = Deno.statSync(sessions.segmentPath(sessionId, segmentId));
  return `${sessionId} ${segmentId} ${size}`;
}

/**
 * Makes sure that nothing has changed since a start was prepared: until it had the name for itself,
 * another process may have had it.
 *
 * @throws {PodError} `name_in_use`
 */
export async function checkUnchanged(
  name: string,
  { holder, stored }: { readonly holder: StoredPod | null; readonly stored: StoredPod | null },
  stores: Stores,
): Promise<void> {
  const now = await findStoredPod(name, stores);
  const isSameLog = stored === null || usageOf(stored, stores) === stored.usage;
  if (isSameLog && now?.usage === holder?.usage) return;
  throw new PodError(
    "name_in_use",
    `pod \`${name}\` was used by another process just now; try again`,
  );
}

/**
 * Finds the session of a segment, or a session by its own id, and the pod that it belongs to.
 *
 * @returns null when there is no such session.
 * @throws {PodError} when it may belong to a pod whose metadata cannot be read.
 */
export async function findStoredSession(id: string, stores: Stores): Promise<StoredPod | null> {
  const sessionId = stores.sessions.findSession(id);
  if (sessionId === null) {
    return stores.sessions.listSegments(id).length === 0 ? null : await findOwner(id, stores);
  }
  const segment = { sessionId, segmentId: id };
  return { ...await findOwner(sessionId, stores), ...segment, usage: usageOf(segment, stores) };
}

async function findOwner(sessionId: string, stores: Stores): Promise<StoredPod> {
  let unreadable: unknown;
  for (const name of await stores.pods.list()) {
    try {
      const pod = await findStoredPod(name, stores);
      if (pod?.sessionId === sessionId) return pod;
    } catch (error) {
      unreadable = error;
    }
  }
  if (unreadable !== undefined) throw unreadable;
  const [segmentId = null] = stores.sessions.listSegments(sessionId);
  const usage = usageOf({ sessionId, segmentId }, stores);
  return { name: null, sessionId, segmentId, cwd: null, manifest: null, usage };
}

/**
 * Opens the conversation of a pod that has one. Writes nothing.
 *
 * @param scope narrows what it may touch; stands in for it where the log does not say
 * @throws {PodError} when what is kept cannot be used.
 */
export function openConversation(
  sessionId: string,
  segmentId: string,
  stores: Stores,
  scope?: ScopeSnapshot,
): StoredConversation {
  const { log, kept: state } = stores.sessions.openSegment(sessionId, segmentId, replay);
  const refuse = (reason: string) => new PodError("restore", `session ${segmentId} ${reason}`);
  try {
    if (log.length === 0) throw refuse("has no entries to restore");
    const allowed = scope === undefined ? state.scope : narrowScope(state.scope, scope);
    if (allowed !== null) return { log, state, scope: allowed };
    throw refuse("has no persisted scope snapshot; refusing resume without explicit scope");
  } catch (error) {
    log.close();
    throw error;
  }
}

/**
 * How a pod was configured, or null where that is not known.
 *
 * @throws {PodError} `restore` when it makes no sense.
 */
export function readStoredManifest(
  { name, manifest: snapshot }: StoredPod,
): { readonly manifest: PartialManifest; readonly profile?: ProfileOrigin } | null {
  if (snapshot === null) return null;
  const fail = (detail: string) =>
    new PodError(
      "restore",
      `failed to restore pod ${name}: pod metadata for ${name} contains an invalid resolved ` +
        `manifest snapshot: ${detail}; start it with another --manifest`,
    );
  const { manifest } = readLayer(snapshot, null, fail);
  return { manifest, profile: readProfileOrigin(snapshot, fail) };
}
