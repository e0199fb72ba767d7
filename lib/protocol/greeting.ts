import * as v from "valibot";
import { uint } from "./number.ts";

/** The version of the wire that this program speaks; a pod of the reference names none. */
export const PROTOCOL_VERSION = 1;

/** Who a client is talking to (spec 10 §4.2). */
export const greeting = v.object({
  pod_name: v.string(),
  cwd: v.string(),
  provider: v.string(),
  model: v.string(),
  scope_summary: v.string(),
  tools: v.array(v.string()),
  context_window: v.optional(uint, 0),
  context_tokens: v.optional(uint, 0),
  protocol_version: v.exactOptional(uint),
});
export type Greeting = v.InferOutput<typeof greeting>;
