import * as v from "valibot";
import { podStatus } from "./enums.ts";
import { uint } from "./number.ts";
import { tagged } from "./tagged.ts";

/** What a pod tells about one pod that it can see (spec 10 §4.6). */
export const podInspection = v.object({
  pod_name: v.string(),
  visibility: v.picklist(["self_pod", "spawned_child"]),
  active: v.exactOptional(v.object({
    session_id: v.string(),
    segment_id: v.exactOptional(v.string()),
  })),
  live: v.object({
    socket_path: v.string(),
    reachable: v.boolean(),
    status: v.exactOptional(podStatus),
    error: v.exactOptional(v.string()),
  }),
  restore: v.object({
    possible: v.boolean(),
    restore_name: v.exactOptional(v.string()),
    reason: v.exactOptional(v.string()),
  }),
  spawned_children: v.object({ count: uint, reachable: uint, unreachable: uint }),
});
export type PodInspection = v.InferOutput<typeof podInspection>;

/** One element of the list of visible pods. */
export const visiblePod = v.object({
  ...podInspection.entries,
  state: v.picklist(["readable", "missing", "corrupt"]),
  error: v.exactOptional(v.string()),
});
export type VisiblePod = v.InferOutput<typeof visiblePod>;

/** How a pod was found or brought back. */
export const attachResult = tagged("action", () => [
  v.object({
    action: v.literal("attached"),
    pod_name: v.string(),
    socket_path: v.string(),
    status: v.exactOptional(podStatus),
  }),
  v.object({
    action: v.literal("restored"),
    pod_name: v.string(),
    socket_path: v.string(),
  }),
]);
export type AttachResult = v.InferOutput<typeof attachResult>;
