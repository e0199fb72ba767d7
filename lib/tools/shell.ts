import { ToolError } from "../agent/mod.ts";
import { messageOf, sleep } from "../base/mod.ts";

/** How long the output of a command is waited for once its shell has ended. */
const DRAIN_MS = 250;
/** How long a group that was asked to end may take before it is killed. */
const TERM_GRACE_MS = 2000;

/**
 * Runs `$0` as a script with both outputs in one pipe, so that they keep their order, and nothing to
 * read. A process beside it waits on our end of the original standard input: when this program dies,
 * however it dies, that read ends and the whole group is killed. `exec` rather than `eval`: the
 * script's own `wait` must not wait for that process, and its syntax cannot break out of this one.
 */
const WRAPPER = "exec 3<&0 </dev/null; ( read -r _ <&3; kill -KILL -$$ ) >/dev/null 2>&1 & " +
  'exec 3<&- 2>&1; exec bash -c "$0"';

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
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled" }
  | { readonly kind: "timed_out" };

/**
 * Runs a command in a process group of its own. When the promise settles the group is gone, whatever
 * the command has left running in it. Processes that left the group are not followed, nor waited for.
 *
 * @throws {ToolError} when the shell cannot be started.
 * @throws the signal's reason when `signal` is aborted; the group is killed at once then.
 */
export async function runShell(command: ShellCommand, signal: AbortSignal): Promise<ShellEnd> {
  signal.throwIfAborted();
  const child = start(command);
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
    await Promise.race([drained, stopped, sleep(DRAIN_MS, settled.signal)]);
    return first.signal === null ? { kind: "exited", code: first.code } : { kind: "signalled" };
  } finally {
    settled.abort();
    signalGroup(child.pid, "SIGKILL");
    await child.status;
    // The pipe ends with the last of the group, unless somebody who left the group holds it too.
    await Promise.race([drained, sleep(DRAIN_MS)]);
    await reader.cancel();
    await child.stdin.close().catch(ignoreClosed);
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

/** Closing our end of a pipe whose other end is gone is all that was wanted. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof TypeError)) throw error;
}
