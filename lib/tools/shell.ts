import { ToolError } from "../agent/mod.ts";
import { messageOf, sleep } from "../base/mod.ts";
import type { Guardian } from "./guardian.ts";

/** How long the output of a command is waited for once its shell has ended. */
const DRAIN_MS = 250;
/** How long a group that was asked to end may take before it is killed. */
const TERM_GRACE_MS = 2000;

/**
 * Waits for a line that says that the group is watched over, then runs `$0` as a script with nothing to
 * read and both outputs in one pipe, so that they keep their order. `exec` rather than `eval`: the
 * syntax of the script cannot break out of this one.
 */
const WRAPPER = 'read -r _ || exit; exec </dev/null 2>&1; exec bash -c "$0"';
const GO = new TextEncoder().encode("\n");

/** A command to run. */
export interface ShellCommand {
  readonly script: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Takes the output of both streams as it comes. */
  readonly onOutput: (chunk: Uint8Array) => void;
}

/** How a command ended. */
export type ShellEnd =
  /** `leftBehind`: what still ran in the background and held the output was killed. */
  | { readonly kind: "exited"; readonly code: number; readonly leftBehind: boolean }
  | { readonly kind: "signalled" }
  | { readonly kind: "timed_out" };

/**
 * Runs a command in a process group of its own. When the promise settles the group is gone, whatever
 * the command has left running in it. Processes that left the group are not followed, nor waited for.
 *
 * @throws {ToolError} when the shell cannot be started.
 * @throws the signal's reason when `signal` is aborted; the group is killed at once then.
 */
export async function runShell(
  command: ShellCommand,
  guardian: Guardian,
  signal: AbortSignal,
): Promise<ShellEnd> {
  signal.throwIfAborted();
  const child = start(command);
  const started = letGo(child, guardian);
  const settled = new AbortController();
  const reader = child.stdout.getReader();
  const drained = drain(reader, command.onOutput);
  const stopped = aborted(signal, settled.signal);
  const late = sleep(command.timeoutMs, settled.signal);
  try {
    const first = await Promise.race([
      child.status,
      stopped.then(() => "stopped" as const),
      late.then(() => "late" as const),
    ]);
    if (first === "stopped") throw signal.reason;
    if (first === "late") {
      signalGroup(child.pid, "SIGTERM");
      await Promise.race([drained, stopped, sleep(TERM_GRACE_MS, settled.signal)]);
      return { kind: "timed_out" };
    }
    const quiet = await Promise.race([
      drained.then(() => true),
      stopped,
      sleep(DRAIN_MS, settled.signal),
    ]);
    if (first.signal !== null) return { kind: "signalled" };
    return { kind: "exited", code: first.code, leftBehind: quiet !== true };
  } finally {
    settled.abort();
    signalGroup(child.pid, "SIGKILL");
    await child.status;
    // The pipe ends with the last of the group, unless somebody who left the group holds it too.
    await Promise.race([drained, sleep(DRAIN_MS)]);
    await reader.cancel();
    await started;
    await guardian.forget(child.pid);
  }
}

function start({ script, cwd, env }: ShellCommand): Deno.ChildProcess {
  try {
    return new Deno.Command("bash", {
      args: ["-c", WRAPPER, script],
      cwd,
      env,
      clearEnv: true,
      detached: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    throw new ToolError("Execution failed", `spawn bash: ${messageOf(error)}`, { cause: error });
  }
}

/** Lets a command begin once it cannot be left behind any more. */
async function letGo(child: Deno.ChildProcess, guardian: Guardian): Promise<void> {
  await guardian.watch(child.pid);
  const writer = child.stdin.getWriter();
  try {
    await writer.write(GO);
    await writer.close();
  } catch (error) {
    // It was stopped before it began.
    if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof TypeError)) throw error;
  }
}

async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onOutput: (chunk: Uint8Array) => void,
): Promise<void> {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    onOutput(value);
  }
}

/** Resolves when `signal` is aborted; gives up listening when `settled` is. */
function aborted(signal: AbortSignal, settled: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true, signal: settled });
  });
}

/** Signals every process of a group; none can slip away by forking meanwhile. */
function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch (error) {
    // The group is gone already, or what is left of it runs as another user.
    const isOutOfReach = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied;
    if (!isOutOfReach) throw error;
  }
}
