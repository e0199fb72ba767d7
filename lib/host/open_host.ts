import { type JsonObject, newId } from "../base/mod.ts";
import type { Controller } from "../controller/mod.ts";
import { manifestToml } from "../manifest/mod.ts";
import type { Pod } from "../pod/mod.ts";
import type { Event } from "../protocol/mod.ts";
import { assemblePod } from "./assemble_pod.ts";
import type { LaunchOptions } from "./launch.ts";
import { Outlet } from "./outlet.ts";
import { planPod } from "./plan_pod.ts";
import { copyRules } from "./pod_scope.ts";
import { type Launch, prepareLaunch } from "./prepare_launch.ts";
import {
  durableStorage,
  ephemeralStorage,
  type PodIdentity,
  type Storage,
  type StorageClaim,
} from "./storage.ts";
import { checkUnchanged } from "./stored_pod.ts";

/** A pod with everything it needs, in this process. */
export interface Host extends PodIdentity, AsyncDisposable {
  readonly pod: Pod;
  readonly controller: Controller;
  /** Where it works: absolute. */
  readonly cwd: string;
  /** Null for a pod that nobody can talk to. */
  readonly socketPath: string | null;
  /** What was odd about the configuration, a line each. */
  readonly warnings: readonly string[];
  /** What a client is told first. */
  snapshot(): Event;
}

/**
 * Puts a pod together: manifest, session, scope, model, storage, tools, socket. A pod that was there
 * before goes on with its conversation. Everything that can be wrong with the configuration is found
 * out before anything is written.
 *
 * @param watch takes the pod's events, in order
 * @throws {PodError} when the configuration does not make a pod; the message says what to mend.
 */
export async function openHost(
  options: LaunchOptions,
  watch: (event: Event) => void,
): Promise<Host> {
  return await openLaunch(await prepareLaunch(options), watch);
}

/** The second half of that, for whoever wants to know what was prepared. Throws as `openHost`. */
export async function openLaunch(launch: Launch, watch: (event: Event) => void): Promise<Host> {
  const plan = await planPod(launch);
  const warnings = [...plan.warnings];
  const identity: PodIdentity = {
    name: launch.manifest.pod.name,
    sessionId: launch.sessionId,
    segmentId: launch.stored?.segmentId ?? newId(),
  };
  // Without what the pod's own tools add to its scope.
  const scopeRules = copyRules(plan.scope.current.rules);
  const manifest: JsonObject = JSON.parse(JSON.stringify(plan.models.manifest));
  const storage = await openStorage(launch, {
    identity,
    manifest,
    scope: scopeRules,
    isRestored: plan.conversation !== null,
    onWarning: (message) => warnings.push(message),
  });
  const outlet = new Outlet(watch);
  const assembled = assemblePod({ launch, plan, identity, scopeRules, storage, outlet });
  const { pod, controller } = assembled;
  const { runtime } = storage;
  try {
    if (runtime !== null) {
      runtime.writeManifest(await manifestToml(manifest));
      await outlet.open(runtime, controller);
    }
  } catch (error) {
    await assembled[Symbol.asyncDispose]();
    throw error;
  }
  return {
    ...identity,
    pod,
    controller,
    cwd: launch.cwd,
    socketPath: runtime?.socketPath ?? null,
    warnings,
    snapshot: () => JSON.parse(pod.snapshotJson()),
    [Symbol.asyncDispose]: () => assembled[Symbol.asyncDispose](),
  };
}

type PlannedClaim = Pick<
  StorageClaim,
  "identity" | "manifest" | "scope" | "isRestored" | "onWarning"
>;

async function openStorage(
  { options, stores, cwd, ...launch }: Launch,
  claim: PlannedClaim,
): Promise<Storage> {
  if (stores === null) return ephemeralStorage(options.env.TMPDIR || "/tmp");
  const { session, isOneShot, share } = options;
  return await durableStorage(stores, {
    ...claim,
    cwd,
    isAdopted: session?.kind === "adopted",
    isOneShot,
    share,
    verify: () => checkUnchanged(claim.identity.name, launch, stores),
  });
}
