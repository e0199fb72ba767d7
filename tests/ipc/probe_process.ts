/**
 * Prints whether a process counts as alive, and what the system says to a signal for it. Argument: its pid.
 *
 * @module
 */
import { isAlive } from "../../lib/ipc/pod_process.ts";
import { printLine } from "./print_line.ts";

const pid = Number(Deno.args[0]);
printLine(JSON.stringify({ isAlive: isAlive({ pid }), refusal: refusalOfSignal() }));

function refusalOfSignal(): string | null {
  try {
    Deno.kill(pid, 0);
    return null;
  } catch (error) {
    return error instanceof Error ? error.name : null;
  }
}
