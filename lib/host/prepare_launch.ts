import { messageOf, newId, PodError } from "../base/mod.ts";
import {
  absolutePath,
  type CompactionRatios,
  isPodName,
  type Manifest,
  type Paths,
  podNameFor,
  resolvePaths,
} from "../manifest/mod.ts";
import { launchManifest, type LaunchOptions, type SessionChoice } from "./launch.ts";
import { givenBase, type LaunchBase, profileBase, storedBase } from "./launch_base.ts";
import { findStoredPod, findStoredSession, type StoredPod } from "./stored_pod.ts";
import { openStores, type Stores, usingDirectories } from "./stores.ts";

/** What is settled before a pod is put together: which session it works in, and by which manifest. */
export interface Launch {
  readonly options: LaunchOptions;
  readonly paths: Paths;
  /** Null: nothing is kept. */
  readonly stores: Stores | null;
  /** What the pod goes on with; null: it is new. */
  readonly stored: StoredPod | null;
  /** What the name leads to so far; null: nothing. */
  readonly holder: StoredPod | null;
  readonly sessionId: string;
  /** Working directory: absolute, symlinks resolved. */
  readonly cwd: string;
  /** Says everything but what depends on the model. */
  readonly manifest: Manifest;
  /** What of it is a part of the model's context window. */
  readonly compactionRatios: CompactionRatios;
  /** What was odd about it, a line each. */
  readonly warnings: readonly string[];
}

/**
 * Finds the session that a start is to go on with, and the manifest for it. Of several descriptions the
 * first counts: one that was given, that of the pod's last start, a profile. Only reads.
 *
 * @throws {PodError} when there is no such session, or no manifest comes out of it.
 */
export async function prepareLaunch(options: LaunchOptions): Promise<Launch> {
  const { session = { kind: "named", mustExist: false } } = options;
  const paths = resolvePaths((name) => options.env[name]);
  const processCwd = Deno.cwd();
  const given = await givenBase(options, processCwd);
  const givenName = options.name ?? given?.manifest.pod?.name;
  if (givenName !== undefined) checkName(givenName);
  const stores = options.ephemeral ? null : openStores(paths, options);
  const stored = stores && await usingDirectories(
    stores,
    () => findSession(session, givenName, stores),
  );
  const cwd = realDirectory(options.cwd ?? stored?.cwd ?? ".");
  const base = given ?? storedBase(stored) ?? await profileBase(options.profile ?? "default", {
    processCwd,
    workspace: cwd,
    configDirectory: paths.config && absolutePath(processCwd, paths.config),
    homeDirectory: options.env.HOME || null,
  });
  const sessionId = stored?.sessionId ?? newId();
  const name = givenName ?? stored?.name ?? defaultName(base, options, { cwd, sessionId });
  const manifest = launchManifest(name, base, options, processCwd);
  // Looked up once: what comes in between shows when the name is claimed.
  const holder = session.kind === "named"
    ? stored
    : stores && await findStoredPod(manifest.pod.name, stores);
  if (holder !== null && holder.sessionId !== sessionId) refuseUsedName(holder, options);
  if (stored?.segmentId) refuseScopeFlags(manifest.pod.name, options);
  return {
    options,
    paths,
    stores,
    stored,
    holder,
    sessionId,
    cwd,
    manifest,
    compactionRatios: base.compactionRatios ?? {},
    warnings: base.warnings,
  };
}

/** The session that is there already and that a start is to go on with; null when it begins a new one. */
async function findSession(
  session: SessionChoice,
  name: string | undefined,
  stores: Stores,
): Promise<StoredPod | null> {
  switch (session.kind) {
    case "named": {
      const stored = name === undefined ? null : await findStoredPod(name, stores);
      if (stored !== null || !session.mustExist) return stored;
      throw new PodError("restore", `pod state missing for ${name}`);
    }
    case "segment": {
      const stored = await findStoredSession(session.id, stores);
      if (stored !== null) return stored;
      const message = `--session ${session.id}: segment is not registered to any session`;
      throw new PodError("restore", message);
    }
    case "fresh":
    case "adopted":
      return null;
  }
}

/** A name for a pod that was given none; a description by a person or a parent has to bring it along. */
function defaultName(
  base: LaunchBase,
  { isOneShot }: LaunchOptions,
  { cwd, sessionId }: Pick<Launch, "cwd" | "sessionId">,
): string | undefined {
  if (isOneShot) return `run-${sessionId.slice(-8)}`;
  return base.manifest.pod?.name ?? (base.profile && podNameFor(cwd));
}

/** Before anything is looked for under the name. */
function checkName(name: string): void {
  if (!isPodName(name)) throw new PodError("invalid_name", `invalid pod name: ${name}`);
}

/** A name leads to one session; a new one does not take its place (spec 70 §9-18). */
function refuseUsedName({ name, segmentId }: StoredPod, { profile }: LaunchOptions): void {
  if (segmentId === null) return;
  throw new PodError(
    "has_session",
    profile === undefined
      ? `pod \`${name}\` has a session already; \`--pod ${name}\` goes on with it, or choose another name`
      : `pod \`${name}\` has a session, which goes on with the manifest that it was started with: ` +
        "--profile cannot change it; leave it out, or choose another name",
  );
}

/** What a conversation may touch is part of it; flags can only take away (design: continuing a name). */
function refuseScopeFlags(name: string, { allowWrite, allowRead }: LaunchOptions): void {
  if (allowWrite.length === 0 && allowRead.length === 0) return;
  throw new PodError(
    "scope",
    `pod \`${name}\` has a session with a scope of its own: --allow-write and --allow-read cannot ` +
      "change it; leave them out, or choose another --name",
  );
}

function realDirectory(path: string): string {
  try {
    const real = Deno.realPathSync(path);
    if (Deno.statSync(real).isDirectory) return real;
  } catch (error) {
    const message = `failed to resolve pwd ${path}: ${messageOf(error)}`;
    throw new PodError("cwd", message, { cause: error });
  }
  throw new PodError("cwd", `failed to resolve pwd ${path}: it is no directory`);
}
