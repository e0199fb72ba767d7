import { messageOf, sleep } from "../base/mod.ts";
import { sendAndClose } from "../ipc/mod.ts";
import type { PodEvent } from "../protocol/mod.ts";

/** How long a pod that ends waits for its parent: that is the limit of one step at the socket. */
const LAST_REPORT_MS = 5000;

/**
 * Tells a pod's parent what becomes of the pod (spec 10 §11.1): one event after the other, each through a
 * connection of its own. A parent that cannot be told is no reason for the pod to stop.
 */
export class ParentReports implements AsyncDisposable {
  readonly #socketPath: string;
  readonly #onProblem: (message: string) => void;
  #last: Promise<void> = Promise.resolve();

  /** @param onProblem takes what kept the parent from being told */
  constructor(socketPath: string, onProblem: (message: string) => void) {
    this.#socketPath = socketPath;
    this.#onProblem = onProblem;
  }

  /** Sends an event, after those before it. */
  send(event: PodEvent): void {
    this.#last = this.#last.then(() => this.#deliver(event));
  }

  /** Waits until everything is sent, but not for long. */
  async [Symbol.asyncDispose](): Promise<void> {
    const giveUp = new AbortController();
    await Promise.race([this.#last, sleep(LAST_REPORT_MS, giveUp.signal)]);
    giveUp.abort();
  }

  async #deliver(event: PodEvent): Promise<void> {
    try {
      await sendAndClose(this.#socketPath, { method: "pod_event", params: event });
    } catch (error) {
      this.#onProblem(
        `could not tell the parent at ${this.#socketPath} \`${event.kind}\`: ${messageOf(error)}`,
      );
    }
  }
}
