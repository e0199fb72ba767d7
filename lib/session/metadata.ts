import * as v from "valibot";
import type { JsonValue } from "../base/mod.ts";

/**
 * A child pod as its parent remembers it; paths are hints, not proof of life. `permission` is kept as it
 * was found: a word that is unknown loses this child at the next start, not the whole pod (spec 30 §4.3).
 */
export const childRecord = v.object({
  pod_name: v.string(),
  socket_path: v.string(),
  scope_delegated: v.array(
    v.object({ target: v.string(), permission: v.string(), recursive: v.boolean() }),
  ),
  callback_address: v.string(),
});
export type ChildRecord = v.InferOutput<typeof childRecord>;

/** Where a pod's conversation is; without a segment as long as nothing was said. */
export const activePointer = v.object({
  session_id: v.string(),
  segment_id: v.exactOptional(v.string()),
});
export type ActivePointer = v.InferOutput<typeof activePointer>;

/** What is remembered under a pod's name (spec 30 §4.1). */
export const podMetadata = v.object({
  pod_name: v.string(),
  active: v.exactOptional(activePointer),
  /** Working directory, absolute; absent in files of the reference. */
  cwd: v.exactOptional(v.string()),
  spawned_children: v.optional(v.array(childRecord), []),
  resolved_manifest_snapshot: v.exactOptional(v.custom<JsonValue>(() => true)),
});
export type PodMetadata = v.InferOutput<typeof podMetadata>;
