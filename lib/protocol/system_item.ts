import * as v from "valibot";
import { podEvent } from "./pod_event.ts";
import { tagOf, tagTable } from "./tagged.ts";

const knownItems = tagTable("kind", [
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

/** One of a kind that this version does not know: what the model saw of it is in the body. */
const unknownItem = v.looseObject({
  kind: v.custom<"unknown">((kind) => typeof kind === "string", "Expected a string"),
  body: v.string(),
});

/**
 * What the pod itself puts before the model; `body` is the exact text it sees (spec 10 §4.3). A log with
 * items of a later version stays readable.
 */
export const systemItem = v.lazy((input) => knownItems.get(tagOf("kind", input)) ?? unknownItem);
export type SystemItem = v.InferOutput<typeof systemItem>;
