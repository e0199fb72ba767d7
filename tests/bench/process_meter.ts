/** What one run of a program took, seen from outside. */
export interface ProcessFigures {
  /** From the start of the spawn to the end of the process. */
  readonly wallMs: number;
  /** The largest proportional set size seen, children included; 0 when it was not sampled. */
  readonly peakPssMb: number;
  readonly code: number;
  readonly stderr: string;
}

/** How to start a program that is measured. */
export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Whether to sample memory, which disturbs the times. @default false */
  readonly memory?: boolean;
}

const SAMPLE_MS = 4;

/** Runs a program to its end. Its output is thrown away, but for standard error. */
export async function measure(
  command: readonly string[],
  { cwd, env, memory = false }: ProcessOptions = {},
): Promise<ProcessFigures> {
  const [program = "", ...args] = command;
  const startedAt = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let peakPssKb = 0;
  const sampler = memory
    ? setInterval(() => peakPssKb = Math.max(peakPssKb, pssOfTree(child.pid)), SAMPLE_MS)
    : undefined;
  const stderr = new Response(child.stderr).text();
  const { code } = await child.status;
  const wallMs = performance.now() - startedAt;
  clearInterval(sampler);
  return { wallMs, peakPssMb: peakPssKb * 1024 / 1e6, code, stderr: await stderr };
}

/** Proportional set size of a process and its children in MB. */
export function pssMb(pid: number): number {
  return pssOfTree(pid) * 1024 / 1e6;
}

/** The same in KiB. */
function pssOfTree(pid: number): number {
  try {
    const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
    const own = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
    return children === ""
      ? own
      : children.split(" ").reduce((sum, child) => sum + pssOfTree(Number(child)), own);
  } catch {
    // The process has ended between two looks.
    return 0;
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
