import type { PodProcess } from "./allocation.ts";

const MAX_PID = 0x7fff_ffff;
/** States of a process that has ended, whether or not its parent has noticed (proc(5)). */
const ENDED = ["Z", "X"];

/** How the table names a process, by default this one. */
export function processOf(pid: number = Deno.pid): PodProcess {
  const stat = readStat(pid);
  return stat === null ? { pid } : { pid, pid_start_ticks: stat.startTicks };
}

/**
 * Whether the process behind an allocation still runs (spec 30 §4.6): it can be signalled, or at least
 * is there, it is no zombie, and it is not another one that was given the same pid. Nobody has pid 0.
 */
export function isAlive({ pid, pid_start_ticks }: PodProcess): boolean {
  if (pid < 1 || pid > MAX_PID) return false;
  try {
    Deno.kill(pid, 0);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
  }
  const stat = readStat(pid);
  if (stat === null) return true;
  if (ENDED.includes(stat.state)) return false;
  return pid_start_ticks === undefined || pid_start_ticks === stat.startTicks;
}

/** What Linux tells about a process; null where there is no `/proc`. */
function readStat(pid: number): { state: string; startTicks: number } | null {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    // Not Linux, or it ended this moment: then the signal alone decides.
    return null;
  }
  // The name in the second field may hold blanks and brackets. The state is field 3, the start field 22.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTicks: Number(fields[19]) };
}
