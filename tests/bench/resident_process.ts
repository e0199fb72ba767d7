/** A program that stays until it is told to end, in a directory of its own. */
export class Resident implements AsyncDisposable {
  readonly #root: string;
  readonly #child: Deno.ChildProcess;
  /** From the start of the spawn to the line that says that it is ready. */
  readonly readyMs: number;
  /** Of its socket, as that line names it. */
  readonly path: string;

  private constructor(root: string, child: Deno.ChildProcess, readyMs: number, path: string) {
    this.#root = root;
    this.#child = child;
    this.readyMs = readyMs;
    this.path = path;
  }

  /**
   * Starts a program and waits until it is ready.
   *
   * @param commandOf is told a path that is free for a socket
   * @param model address of an Anthropic API
   */
  static async start(
    commandOf: (path: string) => readonly string[],
    model: string,
  ): Promise<Resident> {
    const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
    await Deno.mkdir(`${root}/work`);
    const [program = "", ...args] = commandOf(`${root}/sock`);
    const startedAt = performance.now();
    const child = new Deno.Command(program, {
      args,
      cwd: `${root}/work`,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: root,
        POD_HOME: `${root}/home`,
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
        ANTHROPIC_API_KEY: "test",
        ANTHROPIC_BASE_URL: model,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`${program} ended before it was ready: ${printed}`);
      printed += value;
      const path = /^POD-READY\t.*\t(.*)\n/m.exec(printed)?.[1];
      if (path === undefined) continue;
      const readyMs = performance.now() - startedAt;
      reader.releaseLock();
      return new Resident(root, child, readyMs, path);
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Asks it to end; returns how many milliseconds that takes. */
  async stop(): Promise<number> {
    const askedAt = performance.now();
    this.#child.kill("SIGTERM");
    await this.#child.status;
    return performance.now() - askedAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await Deno.remove(this.#root, { recursive: true });
  }
}
