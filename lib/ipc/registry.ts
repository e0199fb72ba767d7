import type { ScopeRule } from "../protocol/mod.ts";
import { covers } from "../scope/mod.ts";
import type { Allocation, PodProcess } from "./allocation.ts";
import { RegistryError } from "./registry_error.ts";
import { isWithinScope, type WriteOwner, writeOwners, writeRules } from "./write_area.ts";

/**
 * The pods of the host. The functions below are the changes of spec 30 §4.6: each gives a new list, or
 * the same one when there is nothing to change, or throws and leaves everything as it was.
 */
export type Pods = readonly Allocation[];

/** What a spawner reserves for a child. */
export type Reservation = Pick<Allocation, "pod_name" | "socket" | "scope_allow">;

/** Drops the pods whose process is gone; their children go to the pod above. */
export function reclaimStale(pods: Pods, isAlive: (process: PodProcess) => boolean): Pods {
  const dead = pods.filter((pod) => !isAlive(pod));
  return dead.reduce((left, { pod_name }) => withoutPod(left, pod_name), pods);
}

/** How a pod comes to its write area. */
export interface RegisterOptions {
  /** Whether it may write where others do; the person who starts it said so with `--share`. */
  besideOthers?: boolean;
}

/**
 * Adds a top-level pod. Its write area must be nobody's, except where it denies itself to write: so a
 * restored parent gets on with the children that it delegated to. One-shots share with each other.
 *
 * @throws {RegistryError} `duplicate_name`, `segment_conflict`, `write_conflict`
 */
export function register(pods: Pods, newcomer: Allocation, options: RegisterOptions = {}): Pods {
  refuseTakenName(pods, newcomer.pod_name);
  refuseHeldSegment(pods, newcomer);
  if (!options.besideOthers) refuseWriteConflict(pods, newcomer);
  return [...pods, newcomer];
}

/**
 * Reserves a part of the spawner's scope for a child that is about to start.
 *
 * @throws {RegistryError} `duplicate_name`, `unknown_pod`, `not_subset`, `write_conflict`
 */
export function delegate(pods: Pods, spawnerName: string, child: Reservation): Pods {
  refuseTakenName(pods, child.pod_name);
  const spawner = requirePod(pods, spawnerName);
  for (const rule of child.scope_allow) {
    if (!isWithinScope(pods, spawner, rule)) {
      throw new RegistryError(
        "not_subset",
        `requested scope \`${rule.target}\` is not within spawner \`${spawnerName}\`'s effective scope`,
      );
    }
  }
  for (const rule of writeRules(child.scope_allow)) {
    const owner = writeOwners(pods, rule).find(({ pod }) => pod !== spawner);
    if (owner !== undefined) throw writeConflict(rule, owner);
  }
  const { pid, pid_start_ticks } = spawner;
  return [...pods, {
    pod_name: child.pod_name,
    pid,
    ...(pid_start_ticks === undefined ? {} : { pid_start_ticks }),
    socket: child.socket,
    scope_allow: child.scope_allow,
    scope_deny: [],
    delegated_from: spawnerName,
    segment_id: null,
  }];
}

/**
 * A child takes the place that its spawner reserved.
 *
 * @throws {RegistryError} `unknown_pod`, `segment_conflict`; `duplicate_name` when it is taken already
 */
export function adopt(pods: Pods, name: string, process: PodProcess, segmentId: string): Pods {
  const { pid_start_ticks: _spawners, ...reserved } = requirePod(pods, name);
  if (reserved.segment_id !== null) refuseTakenName(pods, name);
  return updateSegment(replaced(pods, { ...reserved, ...process }), name, segmentId);
}

/**
 * A pod goes on in another segment.
 *
 * @throws {RegistryError} `segment_conflict`, `unknown_pod`
 */
export function updateSegment(pods: Pods, name: string, segmentId: string): Pods {
  refuseHeldSegment(pods, { pod_name: name, segment_id: segmentId });
  return replaced(pods, { ...requirePod(pods, name), segment_id: segmentId });
}

/**
 * Removes a pod that ends, or a reservation whose child did not come up; its children go to the pod above.
 *
 * @param pid of the process that gives it up: what another process has registered or adopted is not touched
 * @throws {RegistryError} `unknown_pod`
 */
export function release(pods: Pods, name: string, pid: number): Pods {
  if (requirePod(pods, name).pid !== pid) throw unknownPod(name);
  return withoutPod(pods, name);
}

/**
 * Takes back what was delegated: the child's place goes, its children become the parent's, and of the
 * parent's denies one for each delegated write rule. Nothing happens when the child is not there.
 */
export function reclaimDelegation(
  pods: Pods,
  parentName: string,
  childName: string,
  delegated: readonly ScopeRule[],
): Pods {
  if (findByName(pods, childName) === undefined) return pods;
  const left = withoutPod(pods, childName, parentName);
  const parent = findByName(left, parentName);
  if (parent === undefined) return left;
  const scope_deny = [...parent.scope_deny];
  for (const rule of writeRules(delegated)) {
    const index = scope_deny.findIndex((denied) => isSameRule(denied, rule));
    if (index >= 0) scope_deny.splice(index, 1);
  }
  return replaced(left, { ...parent, scope_deny });
}

/** The pod of a name. */
export function findByName(pods: Pods, name: string): Allocation | undefined {
  return pods.find((pod) => pod.pod_name === name);
}

/** The pod that writes a segment; a reservation writes none yet. */
export function findBySegment(pods: Pods, segmentId: string): Allocation | undefined {
  return pods.find((pod) => pod.segment_id === segmentId);
}

function requirePod(pods: Pods, name: string): Allocation {
  const found = findByName(pods, name);
  if (found === undefined) throw unknownPod(name);
  return found;
}

function refuseTakenName(pods: Pods, name: string): void {
  if (findByName(pods, name) === undefined) return;
  throw new RegistryError("duplicate_name", `pod name \`${name}\` is already registered`, {
    holder: name,
  });
}

function refuseHeldSegment(
  pods: Pods,
  { pod_name, segment_id }: Pick<Allocation, "pod_name" | "segment_id">,
): void {
  const holder = segment_id === null ? undefined : findBySegment(pods, segment_id);
  if (holder === undefined || holder.pod_name === pod_name) return;
  throw new RegistryError(
    "segment_conflict",
    `session ${segment_id} is already held by pod \`${holder.pod_name}\` at ${holder.socket}`,
    { holder: holder.pod_name },
  );
}

function refuseWriteConflict(pods: Pods, newcomer: Allocation): void {
  const ownDenies = writeRules(newcomer.scope_deny);
  for (const wanted of writeRules(newcomer.scope_allow)) {
    const owners = writeOwners(pods, wanted, ({ pod, rule }) => {
      if (newcomer.shared && pod.shared) return true;
      return ownDenies.some((denied) => covers(denied, rule));
    });
    const [first] = owners;
    if (first === undefined) continue;
    // Beside a survivor that holds a part of it, whoever has the whole area is the one to ask.
    const owner = owners.find(({ rule }) => covers(rule, wanted)) ?? first;
    throw writeConflict(wanted, owner, newcomer.shared);
  }
}

function writeConflict(wanted: ScopeRule, { pod, rule }: WriteOwner, isOneShot = false) {
  const conflict = `requested scope \`${wanted.target}\` conflicts with ` +
    `pod \`${pod.pod_name}\` rule \`${rule.target}\``;
  const message = isOneShot
    ? `${conflict}; stop that pod, or use --share to work there beside it`
    : conflict;
  return new RegistryError("write_conflict", message, { holder: pod.pod_name });
}

function unknownPod(name: string): RegistryError {
  return new RegistryError("unknown_pod", `pod \`${name}\` is not registered`);
}

function isSameRule(a: ScopeRule, b: ScopeRule): boolean {
  return a.target === b.target && a.permission === b.permission && a.recursive === b.recursive;
}

function replaced(pods: Pods, changed: Allocation): Pods {
  return pods.map((pod) => pod.pod_name === changed.pod_name ? changed : pod);
}

/** Without a pod; its children go to `heir`, by default the pod above it. */
function withoutPod(pods: Pods, name: string, heir?: string): Pods {
  const above = heir ?? findByName(pods, name)?.delegated_from ?? null;
  return pods
    .filter((pod) => pod.pod_name !== name)
    .map((pod) => pod.delegated_from === name ? { ...pod, delegated_from: above } : pod);
}
