import * as v from "valibot";
import { podEvent, scopeRule, tagged } from "../protocol/mod.ts";

/** Domain of the scope: the whole effective scope, not a change of it (spec 30 §9). */
export const SCOPE_DOMAIN = "pod.scope";

export const scopeSnapshot = v.object({ allow: v.array(scopeRule), deny: v.array(scopeRule) });
export type ScopeSnapshot = v.InferOutput<typeof scopeSnapshot>;

/**
 * Domain of what makes a pause outlive the process. `running` stands where a run goes on without an
 * entry of its own that says so: when open calls are run on resume, and in a new segment.
 */
export const STATUS_DOMAIN = "pod.status";

export const storedStatus = v.object({ status: v.picklist(["idle", "paused", "running"]) });
export type StoredStatus = v.InferOutput<typeof storedStatus>;

/** Domain of notifications that were accepted but could not be shown to the model at once. */
export const NOTIFICATION_DOMAIN = "pod.notification";

/** The fields of the system item that it will become, but for the body. */
export const queuedNotification = tagged("kind", () => [
  v.object({
    kind: v.literal("notification"),
    message: v.string(),
    auto_run: v.exactOptional(v.boolean()),
  }),
  v.object({ kind: v.literal("pod_event"), event: podEvent }),
]);
export type QueuedNotification = v.InferOutput<typeof queuedNotification>;

/** A notification that waits in a log. */
export interface KeptNotification {
  readonly queued: QueuedNotification;
  /** Of the entry that keeps it. */
  readonly entryIndex: number;
}
