import { parse } from "smol-toml";
import { PodClient } from "../../lib/ipc/mod.ts";
import { inTime } from "./in_time.ts";
import type { Finished, PodOptions, PodProcess, Workspace } from "./pod_process.ts";
import { untilIdle, userInput } from "./talk.ts";

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
    return await ServingPod.serve(workspace, name, ["--pod", name, ...args], options);
  }

  /** Starts `pod serve` with these arguments, which make a pod of this name. */
  static async serve(
    workspace: Workspace,
    name: string,
    args: readonly string[],
    options: PodOptions = {},
  ): Promise<ServingPod> {
    const process = workspace.spawn(["serve", ...args], options);
    await process.printed(/^POD-READY\t.*\n/m);
    return new ServingPod(process, `${workspace.home}/run/${name}/sock`);
  }

  connect(): Promise<PodClient> {
    return PodClient.connect(this.path);
  }

  /** Its `manifest.toml`, as plain objects. */
  async manifest() {
    const path = this.path.replace(/sock$/, "manifest.toml");
    return JSON.parse(JSON.stringify(parse(await Deno.readTextFile(path))));
  }

  /** Gives it an input, waits for the end of that, and stops it. */
  async talkAndStop(text: string): Promise<Finished> {
    using client = await this.connect();
    await client.send(userInput(text));
    await inTime("a run", untilIdle(client));
    await client.send({ method: "shutdown" });
    return await inTime("the end of the pod", this.process.finished);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
