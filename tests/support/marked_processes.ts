import { sleep } from "../../lib/base/mod.ts";

const GIVE_UP_MS = 20_000;
const LOOK_EVERY_MS = 25;

/**
 * The command lines of all living processes that have `mark` in their environment: those that were
 * started with it, and what they started in turn.
 */
export function processesWith(mark: string): string[] {
  const found: string[] = [];
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    if (readOfProcess(pid, "environ").includes(mark)) {
      found.push(`${pid} ${readOfProcess(pid, "cmdline").replaceAll("\0", " ")}`);
    }
  }
  return found;
}

/** Resolves when no process with `mark` is left. */
export async function noProcessWith(mark: string): Promise<void> {
  const until = performance.now() + GIVE_UP_MS;
  for (let left = processesWith(mark); left.length > 0; left = processesWith(mark)) {
    if (performance.now() > until) throw new Error(`left behind:\n${left.join("\n")}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Peak resident memory of a living process in MB, as the kernel keeps it. */
export function peakMemoryMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const kb = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kb === undefined) throw new Error(`no VmHWM for process ${pid}`);
  return Number(kb) * 1024 / 1e6;
}

function readOfProcess(pid: string, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    // It has ended since its name was read, or is a part of the kernel.
    return "";
  }
}
