import { PodError, sleep } from "../base/mod.ts";
import { podRuntimeDirectory } from "../manifest/mod.ts";

const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 10;
const SHOWN_LINES = 8;

/** A pod to start as a process of its own. */
export interface DetachedPod {
  readonly name: string;
  /** Base of the runtime directories; absolute. */
  readonly runtime: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** How long it may take to be ready. @default 20_000 */
  readonly timeoutMs?: number;
}

/**
 * Starts a pod that outlives this process and waits until it can be talked to (spec 10 §13). What it
 * says on standard error goes to `stderr.log` in its runtime directory; until it is ready to a file of
 * this start's own, as others may try the same name at the same time.
 *
 * @returns the path of its socket.
 * @throws {PodError} `not_ready` when it ends or says nothing in time; it is killed then.
 */
export async function startDetached(
  { name, runtime, command, timeoutMs = READY_TIMEOUT_MS }: DetachedPod,
): Promise<string> {
  await Deno.mkdir(runtime, { recursive: true, mode: 0o700 });
  const log = await Deno.makeTempFile({ dir: runtime, prefix: "start-", suffix: ".log" });
  try {
    const socket = await startWithLog(log, command, timeoutMs);
    await Deno.rename(log, `${podRuntimeDirectory(runtime, name)}/stderr.log`);
    return socket;
  } catch (error) {
    await Deno.remove(log);
    throw error;
  }
}

async function startWithLog(
  log: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<string> {
  // A process cannot be given a file for its standard error directly; `exec` leaves no shell behind.
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$@" 2>>"$0"', log, ...command],
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  void child.status.then(() => hasEnded = true);
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    // Asked before it is read, so that nothing that it has said is missed.
    const isLast = hasEnded;
    const text = await Deno.readTextFile(log);
    if (isLast) throw notReady(`pod exited before becoming ready${lastWords(text)}`);
    const socket = readySocket(text);
    if (socket !== null) {
      child.unref();
      return socket;
    }
    await sleep(POLL_MS);
  }
  child.kill("SIGKILL");
  await child.status;
  throw notReady(`pod did not become ready within ${timeoutMs / 1000}s`);
}

/** The socket in the ready line; a line without its end may still grow. */
function readySocket(text: string): string | null {
  return /^POD-READY\t[^\t\n]+\t([^\t\n]+)\n/m.exec(text)?.[1] ?? null;
}

function lastWords(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "").slice(-SHOWN_LINES);
  return lines.length === 0 ? "" : `: ${lines.join(" | ")}`;
}

function notReady(message: string): PodError {
  return new PodError("not_ready", message);
}
