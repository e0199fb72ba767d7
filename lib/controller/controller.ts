import type { Pod, RunEnd, StopIntent } from "../pod/mod.ts";
import type { Event, InputSegment, Method, PodEvent } from "../protocol/mod.ts";
import { handle } from "./handlers.ts";
import { REJECTIONS } from "./rejection.ts";
import { reportOf } from "./report.ts";

/** Who sent a method; gets what concerns nobody else. */
export interface Sender {
  send(event: Event): void;
}

/** A run that is about to start. */
export type StagedRun =
  | { readonly kind: "user"; readonly input: readonly InputSegment[] }
  | { readonly kind: "notification"; readonly trigger: "notify" | "pod_event" }
  | { readonly kind: "resume" }
  /** No run of the model, but it takes its time and can be stopped like one. */
  | { readonly kind: "compaction" };

/** A run that was accepted: it goes on, or begins when those before it are over. */
interface AcceptedRun {
  readonly run: StagedRun;
  readonly stop: AbortController;
  readonly ended: PromiseWithResolvers<RunEnd>;
}

/** The end of a run that came too late to be started. */
const NOT_STARTED: RunEnd = { result: "cancelled", code: "internal", message: "Cancelled" };

/** What a controller works with. */
export interface ControllerParts {
  readonly pod: Pod;
  /** Tells the pod's parent, if it has one. @default nobody is told */
  readonly report?: (event: PodEvent) => void;
  /** The pod's name, for such reports. */
  readonly podName: string;
}

/**
 * The actor that serialises one pod. Methods are handled one after the other, as they come, by what the
 * state table says for the pod's state; a handler changes that state at once or stages one run. Only
 * `serve` starts runs, so there is never more than one.
 */
export class Controller {
  readonly pod: Pod;
  readonly #parts: ControllerParts;
  readonly #accepted: AcceptedRun[] = [];
  #isLeaving = false;
  #isShuttingDown = false;
  #wake = Promise.withResolvers<void>();

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.pod = parts.pod;
  }

  /** The column of the state table that applies. */
  get state(): "idle" | "running" | "paused" {
    return this.#accepted.length === 0 ? this.pod.status : "running";
  }

  /**
   * Handles one method of a client. One with an `id` is always answered: by what it asks for, by an
   * error that refuses it, or else by the status in which it leaves the pod. All that comes of it later
   * follows that answer, so a client whose method crosses another's knows what is its own (W-16).
   */
  handle(method: Method, sender: Sender): void {
    const { id } = method;
    let isAnswered = id === undefined;
    const answer = (event: Event) => {
      isAnswered = true;
      sender.send(id === undefined ? event : { ...event, reply_to: id });
    };
    const refused = this.#isShuttingDown ? REJECTIONS.shuttingDown : handle(this, method, answer);
    if (refused) answer({ event: "error", data: refused });
    if (!isAnswered) answer({ event: "status", data: { status: this.state } });
  }

  /** Accepts a run, which begins when those before it are over; resolves when it has ended. */
  stage(run: StagedRun): Promise<RunEnd> {
    if (this.#isShuttingDown) return Promise.resolve(NOT_STARTED);
    const ended = Promise.withResolvers<RunEnd>();
    this.#accepted.push({ run, stop: new AbortController(), ended });
    this.#wake.resolve();
    return ended.promise;
  }

  /** Stages a run for what waits in the pod's queue, if the pod is free and it should be woken. */
  stageNotifications(): Promise<RunEnd> | null {
    const trigger = this.pod.wakingTrigger;
    const isFree = this.#accepted.length === 0 && this.pod.status !== "paused" &&
      !this.#isShuttingDown;
    return trigger !== null && isFree ? this.stage({ kind: "notification", trigger }) : null;
  }

  /** Stops the run that goes on or is about to begin, at whatever point it is. */
  stop(intent: StopIntent): void {
    this.#accepted[0]?.stop.abort(intent);
  }

  /** Ends `serve` as soon as no accepted run is left; none is stopped. */
  leave(): void {
    this.#isLeaving = true;
    this.#wake.resolve();
  }

  /** Ends `serve`, when every accepted run has come to its end, stopped. */
  shutDown(): void {
    this.#isShuttingDown = true;
    for (const { stop } of this.#accepted) stop.abort("shutdown");
    this.#wake.resolve();
  }

  /** Runs what is accepted until the pod is shut down; ends with the `shutdown` event. */
  async serve(): Promise<void> {
    const { report, podName } = this.#parts;
    this.stageNotifications();
    for (;;) {
      const [accepted] = this.#accepted;
      if (accepted === undefined) {
        if (this.#isShuttingDown || this.#isLeaving) break;
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
        continue;
      }
      const { run, stop, ended } = accepted;
      const end = await this.#start(run, stop.signal);
      this.#accepted.shift();
      // A parent hears of the runs that somebody asked for, never of the pod's own (spec 10 §6.3).
      if (run.kind === "user" || run.kind === "resume") report?.(reportOf(end, podName));
      this.stageNotifications();
      ended.resolve(end);
    }
    this.#isShuttingDown = true;
    this.pod.publish({ event: "shutdown" });
    report?.({ kind: "shut_down", pod_name: podName });
  }

  #start(run: StagedRun, signal: AbortSignal): Promise<RunEnd> {
    switch (run.kind) {
      case "user":
        return this.pod.run(run.input, signal);
      case "notification":
        return this.pod.runNotifications(run.trigger, signal);
      case "resume":
        return this.pod.resume(signal);
      case "compaction":
        return this.pod.compact(signal);
    }
  }
}
