import * as v from "valibot";

/** What is to be completed. */
export const completionKind = v.picklist(["file", "knowledge", "workflow"]);
export type CompletionKind = v.InferOutput<typeof completionKind>;

/** One candidate (spec 10 §4.7). */
export const completion = v.object({
  value: v.string(),
  is_dir: v.optional(v.boolean(), false),
});
export type Completion = v.InferOutput<typeof completion>;
