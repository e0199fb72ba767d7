import { type Pods, type RegistryOptions, withRegistry } from "../../lib/ipc/mod.ts";

/** Runs a test with a runtime directory of its own, not yet made. */
export async function withRuntime(body: (runtime: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/run`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** For tests in which the table has nothing to warn of. */
export const noWarnings: RegistryOptions = {
  onWarning: (message) => {
    throw new Error(`unexpected warning: ${message}`);
  },
};

/** Puts pods into the table as they are. */
export async function seed(runtime: string, pods: Pods): Promise<void> {
  await withRegistry(runtime, () => pods, noWarnings);
}

/** The content of the table's file. */
export async function stored(runtime: string): Promise<{ allocations: Record<string, unknown>[] }> {
  return JSON.parse(await Deno.readTextFile(`${runtime}/pods.json`));
}

/** The names of all pods in the file, in order. */
export async function storedNames(runtime: string): Promise<unknown[]> {
  return (await stored(runtime)).allocations.map((pod) => pod.pod_name);
}

/** A program of this folder that is running, and the lines that it prints. */
export interface Helper extends AsyncDisposable {
  readonly pid: number;
  /** The next line; null at the end. */
  line(): Promise<string | null>;
  /** Lets it go on: puts a byte into its standard input. */
  nudge(): Promise<void>;
  /** Ends it with SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program of this folder. */
export function startHelper(file: string, ...args: string[]): Helper {
  const script = new URL(file, import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = process.stdin.getWriter();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const kill = async () => {
    try {
      process.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await process.status;
  };
  return {
    pid: process.pid,
    async line() {
      while (!text.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) return null;
        text += value;
      }
      const end = text.indexOf("\n");
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      return line;
    },
    nudge: () => input.write(new Uint8Array(1)),
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await reader.cancel();
      await input.abort();
    },
  };
}

/** The permission bits of a file or folder. */
export function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}
