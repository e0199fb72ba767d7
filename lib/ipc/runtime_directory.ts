import type { JsonObject } from "../base/mod.ts";
import { podRuntimeDirectory } from "../manifest/mod.ts";
import { RuntimeError } from "./runtime_error.ts";
import type { RuntimeStatus } from "./runtime_status.ts";
import { socketAnswers } from "./socket_answers.ts";
import { socketPath } from "./socket_path.ts";

/** Written by whoever starts the process, before it runs. */
const STDERR_LOG = "stderr.log";
const SPILLS = "bash-output";

/**
 * The directory of one live pod, `<runtime>/<name>/` (spec 10 §9.2, spec 30 §4.8). Its files tell other
 * processes what the pod is and does; none of it has to last, so nothing is synced to the disk. They are
 * replaced whole and at once: two changes of a status cannot overtake each other.
 */
export class RuntimeDirectory implements AsyncDisposable {
  readonly #name: string;
  readonly path: string;
  readonly socketPath: string;

  private constructor(name: string, path: string, socketPath: string) {
    this.#name = name;
    this.path = path;
    this.socketPath = socketPath;
  }

  /**
   * Makes the directory, for this user only, and writes `pid`. What a dead pod of the same name left
   * there is removed.
   *
   * @throws {RuntimeError} `invalid_name`, `in_use`, `not_ours`
   * @throws {SocketError} `path_too_long`
   * @throws {Deno.errors} what the operating system says.
   */
  static async create(runtime: string, name: string): Promise<RuntimeDirectory> {
    const socket = socketPath(runtime, name);
    if (await socketAnswers(socket)) {
      throw new RuntimeError(
        "in_use",
        `pod \`${name}\` is running already: ${socket} answers; stop it, or choose another name`,
      );
    }
    const path = podRuntimeDirectory(runtime, name);
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    const leftovers = await namesIn(path);
    if (!isRuntimeDirectory(leftovers)) {
      throw new RuntimeError(
        "not_ours",
        `${path} holds other files than those of a pod; choose another name, or set POD_RUNTIME_DIR`,
      );
    }
    await Deno.chmod(path, 0o700);
    await Deno.writeTextFile(`${path}/pid`, `${Deno.pid}`);
    for (const leftover of leftovers) {
      if (leftover === "pid" || leftover === STDERR_LOG) continue;
      await Deno.remove(`${path}/${leftover}`, { recursive: true });
    }
    return new RuntimeDirectory(name, path, socket);
  }

  /** Where command outputs go that are too long to show; made when it is needed. */
  get spillPath(): string {
    return `${this.path}/${SPILLS}`;
  }

  /** Says what the pod does now, and in which segment. */
  writeStatus(status: Omit<RuntimeStatus, "pod_name">): void {
    const content: RuntimeStatus = { pod_name: this.#name, ...status };
    this.#replace("status.json", JSON.stringify(content));
  }

  /** Keeps the resolved manifest, as TOML. */
  writeManifest(text: string): void {
    this.#replace("manifest.toml", text);
  }

  /** Mirrors the child records of the pod's metadata. */
  writeSpawnedPods(children: readonly JsonObject[]): void {
    this.#replace("spawned_pods.json", JSON.stringify(children, null, 2));
  }

  /** Removes the directory with all that is in it, unless another process has taken it over. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (await this.#isOurs()) await Deno.remove(this.path, { recursive: true });
  }

  async #isOurs(): Promise<boolean> {
    try {
      return await Deno.readTextFile(`${this.path}/pid`) === `${Deno.pid}`;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  #replace(name: string, text: string): void {
    const temporary = `${this.path}/${name.slice(0, name.lastIndexOf("."))}.tmp`;
    Deno.writeTextFileSync(temporary, text, { mode: 0o600 });
    Deno.renameSync(temporary, `${this.path}/${name}`);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.map((entry) => entry.name);
}

/** Whether it may be cleared: only a pod leaves a `pid`, or nothing but what goes before one. */
function isRuntimeDirectory(names: readonly string[]): boolean {
  return names.includes("pid") || names.every((name) => name === STDERR_LOG || name === SPILLS);
}
