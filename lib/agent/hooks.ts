import type { JsonObject } from "../base/mod.ts";
import type { Item, ToolCallItem, ToolResultItem } from "../protocol/mod.ts";
import type { Addition } from "./step.ts";

type Awaitable<T> = T | Promise<T>;

/** What to do with a request that is ready to be sent; nothing means: send it. */
export type RequestDecision =
  | void
  /** Add to the history for good, then send. */
  | { readonly kind: "append"; readonly additions: readonly Addition[] }
  /** End the run with the error `Aborted: <reason>`. */
  | { readonly kind: "cancel"; readonly reason: string }
  /** End the run as `yielded`: the caller makes room and goes on. */
  | { readonly kind: "yield" };

/** What to do with a call that is about to run; nothing means: run it. */
export type ToolDecision =
  | void
  /** Run it with other arguments. */
  | { readonly kind: "edit"; readonly input: JsonObject }
  /** Do not run it; the model reads this result instead. */
  | { readonly kind: "answer"; readonly result: ToolAnswer }
  /** End the run with the error `Aborted: <reason>`; nothing of the batch is run. */
  | { readonly kind: "abort"; readonly reason: string }
  /** End the run as `paused`; nothing of the batch is run until it is resumed. */
  | { readonly kind: "pause" };

/** What to do with a result; nothing means: keep it. */
export type ToolResultDecision =
  | void
  | { readonly kind: "replace"; readonly result: ToolAnswer }
  | { readonly kind: "abort"; readonly reason: string };

/** What to do when the model has nothing more to call; nothing means: the run is finished. */
export type TurnDecision =
  | void
  /** Add to the history and ask the model again. */
  | { readonly kind: "continue"; readonly additions: readonly Addition[] }
  | { readonly kind: "pause" };

/** A tool result without the call that it answers. */
export type ToolAnswer = Omit<ToolResultItem, "kind" | "call_id">;

/** A call that a hook looks at. */
export interface PendingCall {
  readonly call: ToolCallItem;
  readonly input: JsonObject;
}

/** The points at which others may look into a run and change its course (spec 20 §2-3). */
export interface TurnHooks {
  /** Items to add to the history at the head of an iteration: notifications, reminders. */
  pendingItems?(): Awaitable<readonly Addition[]>;
  /** Sees the items about to be sent; changes to this array stay out of the history. */
  beforeRequest?(items: Item[]): Awaitable<RequestDecision>;
  /** Sees each call to a known tool, in call order, before any of the batch runs. */
  beforeTool?(pending: PendingCall): Awaitable<ToolDecision>;
  /** Sees each result of a known tool before its output is cut. */
  afterTool?(pending: PendingCall, result: ToolAnswer): Awaitable<ToolResultDecision>;
  /** Sees the history when the model has nothing more to call. */
  afterTurn?(history: readonly Item[]): Awaitable<TurnDecision>;
}
