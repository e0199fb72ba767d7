import * as v from "valibot";
import { podEvent } from "./pod_event.ts";
import { tagged } from "./tagged.ts";

/** What the pod itself puts before the model; `body` is the exact text it sees (spec 10 §4.3). */
export const systemItem = tagged("kind", () => [
  v.object({ kind: v.literal("notification"), message: v.string(), body: v.string() }),
  v.object({ kind: v.literal("pod_event"), event: podEvent, body: v.string() }),
  v.object({ kind: v.literal("file_attachment"), path: v.string(), body: v.string() }),
  v.object({ kind: v.literal("knowledge"), slug: v.string(), body: v.string() }),
  v.object({ kind: v.literal("workflow"), slug: v.string(), body: v.string() }),
  v.object({
    kind: v.literal("task_reminder"),
    source: v.optional(v.literal("task_inactivity"), "task_inactivity"),
    body: v.string(),
  }),
  v.object({ kind: v.literal("interrupt"), body: v.string() }),
]);
export type SystemItem = v.InferOutput<typeof systemItem>;
