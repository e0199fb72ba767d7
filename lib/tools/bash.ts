import * as v from "valibot";
import { type Tool, ToolError, type ToolOutput } from "../agent/mod.ts";
import { forwardAbort } from "../base/mod.ts";
import { defineTool } from "./define_tool.ts";
import { Guardian } from "./guardian.ts";
import { runShell, type ShellEnd } from "./shell.ts";
import { shellEnvironment } from "./shell_environment.ts";
import { ShellOutput } from "./shell_output.ts";

const DEFAULT_TIMEOUT_S = 120;
const MAX_TIMEOUT_S = 600;
const MAX_SUMMARY_LENGTH = 80;

/** Told to the model, which may have counted on them. */
const LEFT_BEHIND = "[processes left in the background were not waited for]\n";

const DESCRIPTION =
  "Runs a command with bash in the working directory and returns what it prints, " +
  "standard output and standard error together in the order of writing. For builds, tests, version " +
  "control, package managers and other programs. To look at, search or change files take Read, Grep, " +
  "Glob, Write and Edit instead: they show more and are checked.\n" +
  "Every call is a new shell: `cd`, variables and functions do not last, so chain with `cd x && …`. " +
  "There is no input and no terminal. Programs left running in the background end with the call. " +
  `A command may take ${DEFAULT_TIMEOUT_S} s, or up to ${MAX_TIMEOUT_S} s with \`timeout\`. ` +
  "Of more than 80 lines or 12 KiB of output you get the last 80 lines and the path of a file with " +
  "all of it, which Read and Grep can open.";

const input = v.object({
  command: v.pipe(v.string(), v.description("The bash script to run.")),
  timeout: v.nullish(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.description(`Seconds until the command is ended; at most ${MAX_TIMEOUT_S}.`),
    ),
    DEFAULT_TIMEOUT_S,
  ),
});

/** What the Bash tool of one pod works with. */
export interface BashToolOptions {
  /** Canonical working directory of the pod: where every command starts. */
  readonly cwd: string;
  /** The pod's own environment; see {@link shellEnvironment} for what a command gets of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly podName: string;
  /** Where output goes that is too long to be shown. */
  readonly spillDirectory: string;
  /** Variables that hold keys, beside those of the known providers. @default none */
  readonly secretVariables?: readonly string[];
}

/** The Bash tool; disposing it ends what still runs and removes the files that it has left. */
export interface BashTool extends Tool, AsyncDisposable {}

/** Makes the Bash tool (spec 50 §5). It is bound neither by the scope nor by the tracker. */
export function createBashTool(options: BashToolOptions): BashTool {
  const { cwd, spillDirectory } = options;
  const env = shellEnvironment(options);
  const disposed = new AbortController();
  const guardian = new Guardian(env.PATH ?? "/usr/bin:/bin");
  const running = new Set<Promise<unknown>>();
  const files = new Set<string>();

  const run = async (
    script: string,
    timeoutS: number,
    signal: AbortSignal,
  ): Promise<ToolOutput> => {
    const output = new ShellOutput(spillDirectory);
    let content: string | undefined;
    let isFileShown = false;
    try {
      const onOutput = (chunk: Uint8Array) => output.add(chunk);
      const timeoutMs = timeoutS * 1000;
      const end = await runShell({ script, cwd, env, timeoutMs, onOutput }, guardian, signal);
      content = output.content(end.kind === "timed_out");
      if (end.kind === "exited" && end.leftBehind) content = `${content ?? ""}${LEFT_BEHIND}`;
      isFileShown = output.path !== null;
      return {
        summary: `$ ${shortened(script)}${describeEnd(end, timeoutS)}`,
        ...(content !== undefined && { content }),
      };
    } finally {
      output.close();
      if (output.path !== null) {
        if (isFileShown) files.add(output.path);
        else await Deno.remove(output.path);
      }
    }
  };

  const tool = defineTool({
    name: "Bash",
    description: DESCRIPTION,
    input,
    async execute({ command, timeout }, { signal }) {
      if (command.trim() === "") throw unusable("command is empty");
      if (command.includes("\0")) throw unusable("command contains a NUL character");
      const seconds = Math.min(Math.max(timeout ?? DEFAULT_TIMEOUT_S, 1), MAX_TIMEOUT_S);
      const stop = new AbortController();
      using _called = forwardAbort(signal, stop);
      using _disposed = forwardAbort(disposed.signal, stop);
      const call = run(command, seconds, stop.signal);
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
      }
    },
  });
  return Object.assign(tool, {
    async [Symbol.asyncDispose]() {
      disposed.abort();
      await Promise.allSettled(running);
      await guardian[Symbol.asyncDispose]();
      for (const file of files) await removeIfThere(file);
    },
  });
}

function unusable(detail: string): ToolError {
  return new ToolError("Invalid argument", `invalid argument: ${detail}`);
}

/** The first line of a command, cut to what fits a summary. */
function shortened(script: string): string {
  const [line = ""] = script.split("\n", 1);
  const characters = [...line];
  if (characters.length <= MAX_SUMMARY_LENGTH) return line;
  return `${characters.slice(0, MAX_SUMMARY_LENGTH - 3).join("")}...`;
}

function describeEnd(end: ShellEnd, timeoutS: number): string {
  switch (end.kind) {
    case "exited":
      return end.code === 0 ? "" : ` (exit ${end.code})`;
    case "signalled":
      return " (terminated by signal)";
    case "timed_out":
      return ` (timed out after ${timeoutS}s)`;
  }
}

/** A command may have removed it: the directory is no secret to it. */
async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
