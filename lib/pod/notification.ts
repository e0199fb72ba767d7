import type { Addition } from "../agent/mod.ts";
import type { PromptCatalog } from "../context/mod.ts";
import { type PodEvent, type SystemItem, textMessage } from "../protocol/mod.ts";
import type { QueuedNotification } from "../session/mod.ts";

/** A child's report as a line of text (spec 30 §2.3). */
function describePodEvent(event: PodEvent): string {
  switch (event.kind) {
    case "turn_ended":
      return `pod \`${event.pod_name}\` finished a turn`;
    case "errored":
      return `pod \`${event.pod_name}\` errored: ${event.message}`;
    case "shut_down":
      return `pod \`${event.pod_name}\` shut down`;
    case "scope_sub_delegated":
      return `pod \`${event.parent_pod}\` sub-delegated scope to \`${event.sub_pod}\``;
  }
}

/** A notification as the model is shown it, and as the log keeps it. */
export function showNotification(queued: QueuedNotification, prompts: PromptCatalog): Addition {
  const message = queued.kind === "notification" ? queued.message : describePodEvent(queued.event);
  const body = prompts.render("notify_wrapper", { message });
  const note: SystemItem = queued.kind === "notification"
    ? { kind: "notification", message: queued.message, body }
    : { kind: "pod_event", event: queued.event, body };
  return { item: textMessage("system", body), note };
}

/** Whether a note is a notification that the model is shown. */
export function isNotification(note: SystemItem | undefined): boolean {
  return note?.kind === "notification" || note?.kind === "pod_event";
}
