import { PodClient } from "../../lib/ipc/mod.ts";
import type { PodOptions, PodProcess, Workspace } from "./pod_process.ts";

/** A `pod serve` that is ready. */
export class ServingPod implements AsyncDisposable {
  private constructor(readonly process: PodProcess, readonly path: string) {}

  /** Starts the pod `name` with more arguments of `pod serve`; the one that was there before goes on. */
  static async start(
    workspace: Workspace,
    name: string,
    args: readonly string[] = [],
    options: PodOptions = {},
  ): Promise<ServingPod> {
    const process = workspace.spawn(["serve", "--pod", name, ...args], options);
    await process.printed(/^POD-READY\t.*\n/m);
    return new ServingPod(process, `${workspace.home}/run/${name}/sock`);
  }

  connect(): Promise<PodClient> {
    return PodClient.connect(this.path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
