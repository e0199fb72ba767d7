import { PodClient } from "../../lib/ipc/mod.ts";
import { anthropicAt } from "../support/model_env.ts";
import {
  type Finished,
  type PodOptions,
  type PodProcess,
  Workspace,
} from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { hearUntil, userInput } from "../controller/hear.ts";
import { type ObedientModel, startObedientModel } from "./obedient_model.ts";

/** A workspace whose pods have a model that obeys. */
export class Site implements AsyncDisposable {
  private constructor(readonly workspace: Workspace, readonly model: ObedientModel) {}

  static async create(): Promise<Site> {
    return new Site(await Workspace.create(), startObedientModel());
  }

  /** Runs `pod` to its end. */
  run(args: readonly string[], options: PodOptions = {}): Promise<Finished> {
    return this.workspace.run(args, this.#with(options));
  }

  /** Starts `pod`. */
  spawn(args: readonly string[], options: PodOptions = {}): PodProcess {
    return this.workspace.spawn(args, this.#with(options));
  }

  /** Starts `pod serve` and waits until it listens. */
  async serve(name: string, ...flags: string[]): Promise<PodProcess> {
    return (await ServingPod.start(this.workspace, name, flags, this.#with({}))).process;
  }

  /** Writes `pod.toml`, the description of a pod that compacts as these lines say. */
  writeManifest(compaction: string): Promise<string> {
    const scope = '[[scope.allow]]\ntarget = "."\npermission = "write"\n';
    return this.workspace.write("pod.toml", `${scope}\n[compaction]\n${compaction}\n`);
  }

  socket(name: string): string {
    return `${this.workspace.home}/run/${name}/sock`;
  }

  /** Listens to a live pod from within the test. */
  connect(name: string): Promise<PodClient> {
    return PodClient.connect(this.socket(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workspace[Symbol.asyncDispose]();
    await this.model[Symbol.asyncDispose]();
  }

  #with({ env, ...options }: PodOptions): PodOptions {
    return { ...options, env: { ...anthropicAt(this.model), ...env } };
  }
}

/** Has a pod begin an answer that does not go on. */
export async function stall(client: PodClient): Promise<void> {
  await client.send(userInput("stall"));
  await hearUntil(client, "text_delta an answer");
}

/** How a command about the pod `x` ended. */
export async function ask(site: Site, ...args: string[]): Promise<string> {
  const [command = "", ...more] = args;
  const { code, stdout, stderr } = await site.run([command, "x", ...more]);
  return `${code} ${stdout}${stderr}`.trim();
}
