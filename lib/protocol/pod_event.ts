import * as v from "valibot";
import { scopeRule } from "./scope_rule.ts";
import { tagged } from "./tagged.ts";

/** What a child pod reports to its parent (spec 10 §2.4). */
export const podEvent = tagged("kind", () => [
  v.object({ kind: v.literal("turn_ended"), pod_name: v.string() }),
  v.object({ kind: v.literal("errored"), pod_name: v.string(), message: v.string() }),
  v.object({ kind: v.literal("shut_down"), pod_name: v.string() }),
  v.object({
    kind: v.literal("scope_sub_delegated"),
    parent_pod: v.string(),
    sub_pod: v.string(),
    sub_socket: v.string(),
    scope: v.array(scopeRule),
  }),
]);
export type PodEvent = v.InferOutput<typeof podEvent>;
