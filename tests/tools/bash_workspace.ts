import type { ToolOutput } from "../../lib/agent/mod.ts";
import { type BashTool, createBashTool } from "../../lib/tools/mod.ts";

/** A throw-away directory with a Bash tool that works in its `ws` and saves output in its `spill`. */
export class BashWorkspace implements AsyncDisposable {
  readonly ws: string;
  readonly spill: string;
  readonly bash: BashTool;

  constructor(readonly root: string, env: Record<string, string> = Deno.env.toObject()) {
    this.ws = `${root}/ws`;
    this.spill = `${root}/spill`;
    this.bash = createBashTool({
      cwd: this.ws,
      env,
      spillDirectory: this.spill,
      podName: "tester",
    });
  }

  static async create(env?: Record<string, string>): Promise<BashWorkspace> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-bash-" }));
    await Deno.mkdir(`${root}/ws`);
    return new BashWorkspace(root, env);
  }

  /** Runs a command. @param timeout in seconds */
  async run(
    command: string,
    { timeout = null, signal = new AbortController().signal }: {
      timeout?: number | null;
      signal?: AbortSignal;
    } = {},
  ): Promise<ToolOutput> {
    return await this.bash.execute({ command, timeout }, { callId: "call", signal });
  }

  /** Names of the files with saved output. */
  savedFiles(): string[] {
    try {
      return [...Deno.readDirSync(this.spill)].map(({ name }) => name);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bash[Symbol.asyncDispose]();
    await Deno.remove(this.root, { recursive: true });
  }
}

/** A `sleep` for about ten minutes that can be told from all others. */
export function uniqueSleep(): string {
  return `sleep 600.${crypto.getRandomValues(new Uint32Array(1))[0]}`;
}

/** How many processes run with just this command line; dead ones do not count. */
export function countProcesses(commandLine: string): number {
  const wanted = `${commandLine} `;
  return processIds().filter((id) => readProc(id, "cmdline").replaceAll("\0", " ") === wanted)
    .length;
}

/** How many dead children of this process wait to be reaped. */
export function countZombies(): number {
  const state = /\) Z (\d+) /;
  return processIds().filter((id) => state.exec(readProc(id, "stat"))?.[1] === String(Deno.pid))
    .length;
}

/** Waits until something is so; the runner's own time limit ends a wait in vain. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function processIds(): string[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) =>
    /^\d+$/.test(name)
  );
}

function readProc(id: string, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${id}/${file}`);
  } catch (error) {
    // It has ended since it was listed.
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
