import * as v from "valibot";
import { tagged } from "./tagged.ts";

/** A content block that has started and is not in the log yet (spec 10 §8.3). */
export const inFlightBlock = tagged("kind", () => [
  v.object({
    kind: v.literal("text"),
    text: v.string(),
    finished: v.exactOptional(v.boolean()),
  }),
  v.object({
    kind: v.literal("thinking"),
    text: v.string(),
    finished: v.exactOptional(v.boolean()),
  }),
  v.object({
    kind: v.literal("tool_call"),
    id: v.string(),
    name: v.string(),
    /** The arguments so far, as raw text. */
    args: v.string(),
    /** Absent means `pending`. */
    state: v.exactOptional(v.picklist(["pending", "streaming_args", "done"])),
  }),
]);
export type InFlightBlock = v.InferOutput<typeof inFlightBlock>;

/** What a late client has missed of the running turn. */
export const inFlight = v.object({ blocks: v.array(inFlightBlock) });
export type InFlight = v.InferOutput<typeof inFlight>;
