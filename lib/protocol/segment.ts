import * as v from "valibot";
import { uint32 } from "./number.ts";
import { tagOf, tagTable } from "./tagged.ts";

const textSegment = v.object({ kind: v.literal("text"), content: v.string() });
const pasteSegment = v.object({
  kind: v.literal("paste"),
  id: uint32,
  chars: uint32,
  lines: uint32,
  content: v.string(),
});
const fileRefSegment = v.object({ kind: v.literal("file_ref"), path: v.string() });
const knowledgeRefSegment = v.object({ kind: v.literal("knowledge_ref"), slug: v.string() });
const workflowInvokeSegment = v.object({ kind: v.literal("workflow_invoke"), slug: v.string() });

/**
 * A piece of a kind that this version does not know, kept and passed on as it came. Its `kind` is typed
 * "unknown" so that a `switch` can tell the others apart, but it is whatever the sender wrote.
 */
const unknownSegment = v.looseObject({
  kind: v.custom<"unknown">((kind) => typeof kind === "string", "Expected a string"),
});

const knownSegments = tagTable("kind", [
  textSegment,
  pasteSegment,
  fileRefSegment,
  knowledgeRefSegment,
  workflowInvokeSegment,
]);

/** One typed piece of user input (spec 10 §2.3). Unknown ones reach the `default` of a `switch`. */
export const inputSegment = v.lazy((input) =>
  knownSegments.get(tagOf("kind", input)) ?? unknownSegment
);
export type InputSegment = v.InferOutput<typeof inputSegment>;

/** The text that the model sees for an input: its pieces without anything between them. */
export function flattenSegments(segments: readonly InputSegment[]): string {
  return segments.map(segmentText).join("");
}

/** The text that the model sees for one piece. */
export function segmentText(segment: InputSegment): string {
  switch (segment.kind) {
    case "text":
    case "paste":
      return segment.content;
    case "file_ref":
      return `@${segment.path}`;
    case "knowledge_ref":
      return `#${segment.slug}`;
    case "workflow_invoke":
      return `/${segment.slug}`;
    default:
      return "[unknown input segment]";
  }
}
