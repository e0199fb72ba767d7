import * as v from "valibot";
import { scopeRule, uint } from "../protocol/mod.ts";

/** The process that stands behind an allocation. */
export const podProcess = v.object({
  pid: uint,
  /** When the process started, in clock ticks after boot: tells it from a later one of the same pid. */
  pid_start_ticks: v.exactOptional(uint),
});
export type PodProcess = v.InferOutput<typeof podProcess>;

/** A live pod, or a place that is reserved for one, in the host-wide table (spec 30 §4.4). */
export const allocation = v.object({
  pod_name: v.string(),
  ...podProcess.entries,
  socket: v.string(),
  /** The full grant: parts handed to children are not subtracted. */
  scope_allow: v.array(scopeRule),
  scope_deny: v.optional(v.array(scopeRule), []),
  /** The pod that handed over part of its scope; null for a top-level pod. */
  delegated_from: v.optional(v.nullable(v.string()), null),
  /** Null while the place is reserved for a child that has not come up. */
  segment_id: v.optional(v.nullable(v.string()), null),
  /** Set for one-shots, which put up with each other's write areas (design decision 32). */
  shared: v.exactOptional(v.boolean()),
});
export type Allocation = v.InferOutput<typeof allocation>;

// What other versions add goes through a rewrite untouched.
const storedRule = v.looseObject(scopeRule.entries);
const storedAllocation = v.looseObject({
  ...allocation.entries,
  scope_allow: v.array(storedRule),
  scope_deny: v.optional(v.array(storedRule), []),
});

/** The content of `pods.json`. */
export const storedRegistry = v.looseObject({
  allocations: v.optional(v.array(storedAllocation), []),
});
export type StoredRegistry = v.InferOutput<typeof storedRegistry>;
