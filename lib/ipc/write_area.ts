import type { ScopeRule } from "../protocol/mod.ts";
import { covers, overlaps } from "../scope/mod.ts";
import type { Allocation } from "./allocation.ts";

/** A pod that holds a write area, and its rule that says so. */
export interface WriteOwner {
  readonly pod: Allocation;
  readonly rule: ScopeRule;
}

/** The rules that grant or deny writing; only these can conflict. */
export function writeRules(rules: readonly ScopeRule[]): ScopeRule[] {
  return rules.filter((rule) => rule.permission === "write");
}

/**
 * Who may write in the area of a rule: of each delegation tree the deepest pod that one of its rules
 * leads to (spec 30 §4.5). A pod does not own what one of its own denies covers whole.
 *
 * @param isTolerated says which rules of others do not count
 */
export function writeOwners(
  pods: readonly Allocation[],
  wanted: ScopeRule,
  isTolerated: (owner: WriteOwner) => boolean = () => false,
): WriteOwner[] {
  const ownerIn = (pod: Allocation): WriteOwner | undefined => {
    for (const child of childrenOf(pods, pod.pod_name)) {
      const deeper = ownerIn(child);
      if (deeper !== undefined) return deeper;
    }
    if (writeRules(pod.scope_deny).some((denied) => covers(denied, wanted))) return undefined;
    return writeRules(pod.scope_allow)
      .filter((rule) => overlaps(rule, wanted))
      .map((rule) => ({ pod, rule }))
      .find((owner) => !isTolerated(owner));
  };
  return topLevel(pods).map(ownerIn).filter((owner) => owner !== undefined);
}

/** Whether a pod may hand over the area of a rule (spec 30 §4.5). Two of its grants do not add up. */
export function isWithinScope(
  pods: readonly Allocation[],
  spawner: Allocation,
  rule: ScopeRule,
): boolean {
  if (!spawner.scope_allow.some((allowed) => covers(allowed, rule))) return false;
  if (rule.permission === "read") return true;
  const handedOver = childrenOf(pods, spawner.pod_name).flatMap((child) => child.scope_allow);
  const taken = writeRules([...spawner.scope_deny, ...handedOver]);
  return !taken.some((other) => overlaps(other, rule));
}

function childrenOf(pods: readonly Allocation[], name: string): Allocation[] {
  return pods.filter((pod) => pod.delegated_from === name);
}

/** A pod whose parent is not in the table counts as top level too: its area must not be overlooked. */
function topLevel(pods: readonly Allocation[]): Allocation[] {
  const names = new Set(pods.map((pod) => pod.pod_name));
  return pods.filter(({ delegated_from }) => delegated_from === null || !names.has(delegated_from));
}
