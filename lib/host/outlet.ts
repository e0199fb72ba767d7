import { AlertBuffer } from "../controller/mod.ts";
import { PodServer, type RuntimeDirectory } from "../ipc/mod.ts";
import type { Controller } from "../controller/mod.ts";
import type { Event } from "../protocol/mod.ts";

/**
 * Where a pod's events go, in one order: to whoever watches in this process, into the runtime
 * directory as far as they change its files, and to every client of the socket.
 */
export class Outlet implements AsyncDisposable {
  readonly #watch: (event: Event) => void;
  readonly #alerts = new AlertBuffer();
  #runtime: RuntimeDirectory | null = null;
  #server: PodServer | null = null;
  #controller: Controller | null = null;

  constructor(watch: (event: Event) => void) {
    this.#watch = watch;
  }

  /** Takes every event of the pod. */
  publish(event: Event): void {
    this.#alerts.add(event);
    if (event.event === "status" || event.event === "segment_rotated") this.#writeStatus();
    this.#server?.publish(event);
    this.#watch(event);
  }

  /** From here on others can see the pod in `runtime`, and talk to it there. */
  async open(runtime: RuntimeDirectory, controller: Controller): Promise<void> {
    this.#runtime = runtime;
    this.#controller = controller;
    this.#writeStatus();
    this.#server = await PodServer.listen({
      path: runtime.socketPath,
      prelude: () => [...this.#alerts.alerts, controller.pod.snapshotJson()],
      onMethod: (method, client) => controller.handle(method, client),
      onError: (error) => this.#report(error),
    });
  }

  /** Closes the socket, when all that was published has been sent or has been waited for long enough. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
  }

  #writeStatus(): void {
    const pod = this.#controller?.pod;
    if (pod === undefined) return;
    try {
      this.#runtime?.writeStatus({ segment_id: pod.segmentId, state: pod.status });
    } catch (error) {
      // The file is a convenience for others; a pod does not stop for it (spec 10 §9.2).
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.publish({
      event: "alert",
      data: { level: "warn", source: "pod", message, timestamp_ms: Date.now() },
    });
  }
}
