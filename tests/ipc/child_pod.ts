import { peakMemoryMb } from "../support/marked_processes.ts";
import { shell } from "../support/start_through.ts";

const PROGRAM = new URL("serve.ts", import.meta.url).pathname;

/** A served pod in a process of its own, so that its memory and descriptors can be told from the test's. */
export class ChildPod implements AsyncDisposable {
  readonly #directory = Deno.makeTempDirSync({ prefix: "pod-ipc-" });
  readonly path = `${this.#directory}/pod/sock`;
  readonly #process: Deno.ChildProcess;
  readonly #output: AsyncIterator<string>;
  #ended: Promise<string> | undefined;

  private constructor(maxOpenFiles: number) {
    const [command = "", ...args] = shell(`ulimit -n ${maxOpenFiles}; exec "$@"`);
    this.#process = new Deno.Command(command, {
      args: [...args, Deno.execPath(), "run", "-A", PROGRAM, this.path],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const text = this.#process.stdout.pipeThrough(new TextDecoderStream());
    this.#output = text[Symbol.asyncIterator]();
  }

  static async start({ maxOpenFiles = 1024 } = {}): Promise<ChildPod> {
    const pod = new ChildPod(maxOpenFiles);
    await pod.printed();
    return pod;
  }

  get peakMemoryMb(): number {
    return peakMemoryMb(this.#process.pid);
  }

  /** How many descriptors it has open. */
  get openFiles(): number {
    return [...Deno.readDirSync(`/proc/${this.#process.pid}/fd`)].length;
  }

  /** What it prints next. */
  async printed(): Promise<string> {
    return (await this.#output.next()).value ?? "";
  }

  /** Ends it, and gives what it has printed since the last look. */
  end(): Promise<string> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #end(): Promise<string> {
    await this.#process.stdin.close();
    let rest = "";
    for (let text = await this.printed(); text !== ""; text = await this.printed()) rest += text;
    await this.#process.status;
    return rest;
  }
}
