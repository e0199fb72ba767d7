import { stringify } from "smol-toml";
import { eventually } from "./eventually.ts";
import { noProcessWith, processesWith } from "./marked_processes.ts";
import { readEntries } from "./session_files.ts";

const repository = new URL("../../", import.meta.url).pathname;

/** The program under test: `POD_BIN`, or the sources. */
export const POD_COMMAND: readonly string[] = Deno.env.get("POD_BIN")
  ? [Deno.realPathSync(Deno.env.get("POD_BIN") ?? "")]
  : [Deno.execPath(), "run", "-A", `--config=${repository}deno.json`, `${repository}main.ts`];

/** How a process ended and what it printed. */
export interface Finished {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start `pod`. */
export interface PodOptions {
  /** Added to the clean environment of the workspace. */
  readonly env?: Record<string, string>;
  /** Text for standard input; `open`: a pipe that stays open, for `type`. @default /dev/null */
  readonly stdin?: string | Uint8Array | "open";
  /** @default the workspace's directory */
  readonly cwd?: string;
  /** A program, with its first arguments, that starts `pod`. @default none */
  readonly through?: readonly string[];
}

const SIGINT_BIT = 1 << (2 - 1);

/** No test takes that long; what does is stuck. */
const STUCK_AFTER_MS = 60_000;

/** A throw-away directory to work in, with a throw-away `POD_HOME` beside it. */
export class Workspace implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async create(files: Record<string, string> = {}): Promise<Workspace> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-test-" }));
    const workspace = new Workspace(root);
    await Deno.mkdir(workspace.directory);
    for (const [path, text] of Object.entries(files)) await workspace.write(path, text);
    return workspace;
  }

  /** Where `pod` works. */
  get directory(): string {
    return `${this.root}/work`;
  }

  /** What `POD_HOME` is. */
  get home(): string {
    return `${this.root}/home`;
  }

  /** Writes a file below the working directory and returns its path. */
  async write(path: string, text: string): Promise<string> {
    const target = `${this.directory}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, text);
    return target;
  }

  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.directory}/${path}`);
  }

  /** Writes a scenario with these answers beside the working directory; returns what `--model` takes. */
  async scenario(...answers: readonly object[]): Promise<string> {
    await Deno.writeTextFile(`${this.root}/scenario.toml`, stringify({ answer: answers }));
    return `scripted/${this.root}/scenario.toml`;
  }

  /** Starts `pod`. */
  spawn(args: readonly string[], options: PodOptions = {}): PodProcess {
    return new PodProcess(this, args, options);
  }

  /** Runs `pod` to its end. */
  async run(args: readonly string[], options: PodOptions = {}): Promise<Finished> {
    await using process = this.spawn(args, options);
    return await process.finished;
  }

  /** The parsed lines of the only session log, as they are on disk. */
  entries(): Promise<Record<string, unknown>[]> {
    return readEntries(`${this.home}/sessions`);
  }

  /** Resolves when neither `pod` nor anything that its tools have started is there any more. */
  deserted(): Promise<void> {
    return noProcessWith(this.root);
  }

  /** Ends everything that was started from here. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of processesWith(this.root)) killIfThere(parseInt(line));
    await this.deserted();
    await Deno.remove(this.root, { recursive: true });
  }
}

/** A running `pod`. */
export class PodProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly finished: Promise<Finished>;
  #stdout = "";
  #stderr = "";
  #isInputOpen: boolean;
  #waiting: { readonly pattern: RegExp; readonly resolve: () => void }[] = [];

  constructor(workspace: Workspace, args: readonly string[], options: PodOptions) {
    const [program = "", ...first] = [...options.through ?? [], ...POD_COMMAND];
    this.#child = new Deno.Command(program, {
      args: [...first, ...args],
      cwd: options.cwd ?? workspace.directory,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: workspace.root,
        POD_HOME: workspace.home,
        DENO_DIR: denoDirectory,
        ...options.env,
      },
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#isInputOpen = options.stdin === "open";
    this.finished = this.#follow(options.stdin);
  }

  /** Writes to a standard input that is `open`. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  /** Ends a standard input that is `open`. */
  async endInput(): Promise<void> {
    this.#isInputOpen = false;
    await this.#child.stdin.close();
  }

  get pid(): number {
    return this.#child.pid;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves when SIGINT is caught, not deadly. */
  async listening(): Promise<void> {
    await eventually("pod catches SIGINT", () => {
      const status = Deno.readTextFileSync(`/proc/${this.pid}/status`);
      return (parseInt(/^SigCgt:\s*(\S+)/m.exec(status)?.[1] ?? "0", 16) & SIGINT_BIT) !== 0;
    });
  }

  /** Resolves when `pattern` occurs in what was printed on either stream so far. */
  async printed(pattern: RegExp): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      this.#waiting.push({ pattern, resolve });
      this.#wake();
    });
    const end = this.finished.then(({ stdout, stderr }) => {
      if (!pattern.test(stdout + stderr)) {
        throw new Error(`pod ended without printing ${pattern}: ${stdout}${stderr}`);
      }
    });
    await Promise.race([seen, end]);
  }

  /** Waits for something that must happen before `pod` ends. */
  async before<T>(event: Promise<T>): Promise<T> {
    const end = this.finished.then(({ stdout, stderr }) => {
      throw new Error(`pod ended too early: ${stdout}${stderr}`);
    });
    return await Promise.race([event, end]);
  }

  async #follow(stdin: PodOptions["stdin"]): Promise<Finished> {
    const child = this.#child;
    const input = stdin === undefined || stdin === "open" ? undefined : this.#feed(stdin);
    const stuck = setTimeout(() => this.#killIfThere(), STUCK_AFTER_MS);
    const [, , { code, signal }] = await Promise.all([
      this.#collect(child.stdout, (text) => this.#stdout += text),
      this.#collect(child.stderr, (text) => this.#stderr += text),
      child.status,
      input,
    ]);
    clearTimeout(stuck);
    if (this.#isInputOpen) await this.endInput();
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
  }

  async #feed(stdin: string | Uint8Array): Promise<void> {
    const bytes = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(bytes);
      await writer.close();
    } catch (error) {
      // pod may end without having read its input.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  async #collect(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#wake();
    }
  }

  #wake(): void {
    const printed = this.#stdout + this.#stderr;
    this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
      if (!pattern.test(printed)) return true;
      resolve();
      return false;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#killIfThere();
    await this.finished;
  }

  #killIfThere(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The cache of the running Deno: the tests have no network. */
const denoDirectory = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
