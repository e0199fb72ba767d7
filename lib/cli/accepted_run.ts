import type { RunEnd } from "../pod/mod.ts";
import type { Renderer } from "./output/renderer.ts";

/** What a pod is given to do. */
export interface RunRequest {
  /** As a user's input, or as something to know that wakes the pod. */
  readonly kind: "run" | "notify";
  readonly text: string;
}

/** Where the events of a run go, in order; the first one is the snapshot. */
export type RunView = Pick<Renderer, "event" | "warn">;

/** Which session a run belongs to; null where that is not known. */
export interface RunIds {
  readonly sessionId: string | null;
  readonly segmentId: string | null;
}

/** A run that a pod has accepted, be it a pod of this process or a live one. Disposing leaves the pod. */
export interface AcceptedRun extends AsyncDisposable {
  /** The pod's. */
  readonly name: string;
  ids(): Promise<RunIds>;
  /** Shows it to its end. */
  follow(): Promise<RunEnd>;
  /** Gives the pod another input, and shows that to its end. */
  again(text: string): Promise<RunEnd>;
}

/** What comes of a notification when the pod is paused. */
export function keptForLater(name: string, view: RunView): RunEnd {
  view.warn(`pod \`${name}\` is paused; the model is told when it goes on`);
  return { result: "paused", stopped: true };
}
