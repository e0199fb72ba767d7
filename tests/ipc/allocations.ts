import { newId } from "../../lib/base/mod.ts";
import type { Allocation } from "../../lib/ipc/mod.ts";
import type { ScopeRule } from "../../lib/protocol/mod.ts";

export function write(target: string, recursive = true): ScopeRule {
  return { target, permission: "write", recursive };
}

export function read(target: string): ScopeRule {
  return { target, permission: "read", recursive: true };
}

/** A top-level pod of this process. */
export function pod(
  pod_name: string,
  scope_allow: ScopeRule[],
  more: Partial<Allocation> = {},
): Allocation {
  return {
    pod_name,
    pid: Deno.pid,
    socket: `/run/pod/${pod_name}/sock`,
    scope_allow,
    scope_deny: [],
    delegated_from: null,
    segment_id: newId(),
    ...more,
  };
}

/** A place in the table that a spawner reserves. */
export function reservation(pod_name: string, scope_allow: ScopeRule[]) {
  return { pod_name, socket: `/run/pod/${pod_name}/sock`, scope_allow };
}
