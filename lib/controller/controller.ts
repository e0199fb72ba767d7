import type { Pod, RunEnd, StopIntent } from "../pod/mod.ts";
import type { Event, InputSegment, Method, PodEvent } from "../protocol/mod.ts";
import { handle } from "./handlers.ts";
import { REJECTIONS } from "./rejection.ts";

/** Who sent a method; gets what concerns nobody else. */
export interface Sender {
  send(event: Event): void;
}

/** A run that is about to start. */
export type StagedRun =
  | { readonly kind: "user"; readonly input: readonly InputSegment[] }
  | { readonly kind: "notification"; readonly trigger: "notify" | "pod_event" }
  | { readonly kind: "resume" };

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
  #staged: StagedRun | null = null;
  /** Stops the run that is staged or going on; there from the moment in which it is accepted. */
  #stop: AbortController | null = null;
  #isShuttingDown = false;
  #wake = Promise.withResolvers<void>();

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.pod = parts.pod;
  }

  /** The column of the state table that applies. */
  get state(): "idle" | "running" | "paused" {
    return this.#stop === null ? this.pod.status : "running";
  }

  /** Handles one method of a client. */
  handle(method: Method, sender: Sender): void {
    const reply = method.id === undefined ? {} : { reply_to: method.id };
    const answer = (event: Event) => sender.send({ ...event, ...reply });
    const refused = this.#isShuttingDown ? REJECTIONS.shuttingDown : handle(this, method, answer);
    if (refused) answer({ event: "error", data: refused });
  }

  /** Accepts a run. The pod must not be running. */
  stage(run: StagedRun): void {
    this.#staged = run;
    this.#stop = new AbortController();
    this.#wake.resolve();
  }

  /** Stops the run that is staged or going on, at whatever point it is. */
  stop(intent: StopIntent): void {
    this.#stop?.abort(intent);
  }

  /** Ends `serve`, after the run that is going on has been stopped. */
  shutDown(): void {
    this.#isShuttingDown = true;
    this.stop("shutdown");
    this.#wake.resolve();
  }

  /** Runs what is staged until the pod is shut down; ends with the `shutdown` event. */
  async serve(): Promise<void> {
    this.#stageNotifications();
    while (!this.#isShuttingDown || this.#staged !== null) {
      const run = this.#staged;
      if (run === null) {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
        continue;
      }
      this.#staged = null;
      const end = await this.#start(run, this.#stop?.signal ?? AbortSignal.abort("shutdown"));
      this.#stop = null;
      this.#report(run, end);
      this.#stageNotifications();
    }
    this.pod.publish({ event: "shutdown" });
  }

  #start(run: StagedRun, signal: AbortSignal): Promise<RunEnd> {
    switch (run.kind) {
      case "user":
        return this.pod.run(run.input, signal);
      case "notification":
        return this.pod.runNotifications(run.trigger, signal);
      case "resume":
        return this.pod.resume(signal);
    }
  }

  /** What came in while the pod could not be woken is looked after now. */
  #stageNotifications(): void {
    const trigger = this.pod.wakingTrigger;
    if (trigger === null || this.#isShuttingDown || this.pod.status === "paused") return;
    this.stage({ kind: "notification", trigger });
  }

  /** A parent hears of the runs that somebody asked for, never of the pod's own (spec 10 §6.3). */
  #report(run: StagedRun, end: RunEnd): void {
    const { report, podName: pod_name } = this.#parts;
    if (report === undefined || run.kind === "notification") return;
    if (end.result === "finished") return report({ kind: "turn_ended", pod_name });
    const message = "code" in end ? end.message : `the turn ended as ${end.result}`;
    report({ kind: "errored", pod_name, message });
  }
}
