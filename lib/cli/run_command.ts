import { PodError, sleep } from "../base/mod.ts";
import { type LaunchOptions, readNamedText, type Stop } from "../host/mod.ts";
import { findByName, PodRegistry, RegistryError } from "../ipc/mod.ts";
import type { AcceptedRun, RunRequest, RunView } from "./accepted_run.ts";
import { unlessStopped } from "./ending.ts";
import { followRun } from "./follow_run.ts";
import { startHostedRun } from "./hosted_run.ts";
import { startLiveRun } from "./live_run.ts";
import type { Renderer } from "./output/renderer.ts";
import { isLive, runtimeBase } from "./pod_connection.ts";
import { type PromptInput, readPrompt } from "./prompt.ts";

/** How long a run waits for a pod of its name that begins or ends elsewhere. */
const NAME_WAIT_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** Codes of errors that say that a name is taken, or is not any more, and that nothing was run. */
const IN_BETWEEN = ["duplicate_name", "in_use", "name_in_use", "shutting_down", "not_live"];

/** A `pod run` as the command line asks for it. */
export interface RunOptions {
  readonly prompt: readonly string[];
  readonly stdin: PromptInput;
  /** Wakes the pod with this instead of a prompt. */
  readonly notify?: string;
  readonly renderer: Renderer;
  readonly stop: Stop;
  readonly launch: LaunchOptions;
  /** @default no schema */
  readonly outputSchemaPath?: string;
  /** Replaces the built-in instructions. @default the built-in ones */
  readonly systemPromptPath?: string;
}

/** Runs one prompt to its end and shows it. Returns the exit code. */
export async function runCommand(options: RunOptions): Promise<number> {
  return await followRun(options, async (view, schema) => {
    const request = await readRequest(options);
    const launch: LaunchOptions = {
      ...options.launch,
      instructions: await readInstructions(options.systemPromptPath),
      outputSchema: schema?.text,
    };
    return await startRun(launch, request, view, options.stop);
  });
}

async function readRequest({ prompt, stdin, notify, stop }: RunOptions): Promise<RunRequest> {
  if (notify === undefined) {
    return { kind: "run", text: await unlessStopped(readPrompt(prompt, stdin), stop) };
  }
  if (prompt.length > 0) {
    throw new PodError("usage", "--notify has its own message; leave the prompt out");
  }
  if (notify.trim() === "") throw new PodError("usage", "the message of --notify is empty");
  return { kind: "notify", text: notify };
}

/**
 * Gives the request to the live pod of the name, else to a pod in this process. Where one is just
 * beginning or ending elsewhere, waits for that: never do two of them write one session.
 */
async function startRun(
  launch: LaunchOptions,
  request: RunRequest,
  view: RunView,
  stop: Stop,
): Promise<AcceptedRun> {
  const until = performance.now() + NAME_WAIT_MS;
  let name = launch.ephemeral ? undefined : launch.name;
  for (let hasWarned = false;; hasWarned = true) {
    try {
      if (name === undefined || !await isLive(name)) {
        return await startHostedRun(launch, request, view, stop);
      }
      checkLaunch(name, launch, view);
      return await startLiveRun(name, request, { view, stop, cancels: true });
    } catch (error) {
      if (!isInBetween(error) || performance.now() > until) throw error;
      if (error instanceof RegistryError) name ??= error.holder;
      if (!hasWarned) view.warn("another process is starting or ending this pod; waiting for it");
      do {
        await unlessStopped(sleep(LOOK_EVERY_MS), stop);
      } while (performance.now() < until && await isInTransit(name));
    }
  }
}

/** Whether a pod has a process, but none that listens. */
async function isInTransit(name: string | undefined): Promise<boolean> {
  if (name === undefined || await isLive(name)) return false;
  const pods = await new PodRegistry(runtimeBase(), { onWarning() {} }).list();
  return findByName(pods, name) !== undefined;
}

function isInBetween(error: unknown): boolean {
  return error instanceof PodError && IN_BETWEEN.includes(error.code);
}

/** What a live pod is was settled when it started. */
function checkLaunch(name: string, launch: LaunchOptions, view: RunView): void {
  const { allowWrite, allowRead, deny } = launch;
  if (allowWrite.length + allowRead.length + deny.length > 0) {
    throw new PodError(
      "scope",
      `pod \`${name}\` is running with a scope of its own: --allow-write, --allow-read and --deny ` +
        "cannot change it; leave them out, or choose another --name",
    );
  }
  const ignored = Object.entries({
    "--model": launch.model,
    "--cwd": launch.cwd,
    "--max-turns": launch.maxTurns,
    "--manifest": launch.manifestPath,
    "--system-prompt-file": launch.instructions,
  }).filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (ignored.length === 0) return;
  view.warn(`pod \`${name}\` is running already; without effect on it: ${ignored.join(", ")}`);
}

async function readInstructions(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return await readNamedText(path, `--system-prompt-file ${path}`);
}
