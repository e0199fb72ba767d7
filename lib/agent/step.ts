import type { Event, Item, SystemItem } from "../protocol/mod.ts";
import type { Usage } from "../providers/mod.ts";

/** An item for the history. `note` is its durable form when the runtime itself said it. */
export interface Addition {
  readonly item: Item;
  readonly note?: SystemItem;
}

/**
 * One thing that happened in a run, in order. *Yield is the commit point*: the consumer makes an
 * `append` or `usage` durable, or publishes an `event`, before it asks for the next step; only then
 * does an appended item become part of the history.
 */
export type Step =
  | { readonly kind: "event"; readonly event: Event }
  | ({ readonly kind: "append" } & Addition)
  | {
    readonly kind: "usage";
    /** Number of items in the request that was measured. */
    readonly historyLength: number;
    readonly usage: Usage;
  };

/** The step that publishes `event`. */
export function emit(event: Event): Step {
  return { kind: "event", event };
}

/** Appends to `history` what the consumer has committed. */
export function* append(history: Item[], additions: Iterable<Addition>): Generator<Step> {
  for (const addition of additions) {
    yield { kind: "append", ...addition };
    history.push(addition.item);
  }
}

/** A warning for everybody who watches the pod. */
export function warning(message: string): Step {
  return emit({
    event: "alert",
    data: { level: "warn", source: "worker", message, timestamp_ms: Date.now() },
  });
}
