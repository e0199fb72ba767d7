import { type Command, InvalidArgumentError, Option } from "commander";
import { isId } from "../base/mod.ts";
import type { LaunchOptions } from "../host/mod.ts";

/** The flags that say what a pod is, as parsed. */
export interface LaunchFlags {
  readonly model?: string;
  readonly cwd?: string;
  readonly allowWrite: string[];
  readonly allowRead: string[];
  readonly deny: string[];
  readonly maxTurns?: number;
  readonly manifest?: string;
  readonly profile?: string;
  readonly share?: boolean;
}

/** Adds those flags to a command. */
export function addLaunchFlags(command: Command): Command {
  return command
    .option("-m, --model <ref>", "model as PROVIDER/MODEL, see `pod models`")
    .option("-C, --cwd <dir>", "working directory")
    .option("--allow-write <dir>", "let it read and write below DIR (repeatable)", collect, [])
    .option("--allow-read <dir>", "let it read below DIR (repeatable)", collect, [])
    .option("--deny <dir>", "keep it out of DIR (repeatable)", collect, [])
    .option("--max-turns <n>", "stop a run after N turns of the model", parseCount)
    .option("--manifest <file>", "TOML description of the pod")
    .addOption(
      new Option(
        "--profile <selector>",
        "recipe for a new pod: a name from profiles.toml, or a file",
      ).conflicts("manifest"),
    )
    .option("--share", "work in directories that another live pod claims");
}

/** What the flags ask for. */
export function launchOptions(
  flags: LaunchFlags,
  kind: Pick<LaunchOptions, "name" | "ephemeral" | "isOneShot" | "session" | "storePath">,
): LaunchOptions {
  return {
    // A profile is for a new pod.
    session: flags.profile === undefined ? undefined : { kind: "fresh" },
    ...kind,
    model: flags.model,
    cwd: flags.cwd,
    allowWrite: flags.allowWrite,
    allowRead: flags.allowRead,
    deny: flags.deny,
    maxTurns: flags.maxTurns,
    manifestPath: flags.manifest,
    profile: flags.profile,
    share: flags.share ?? false,
    env: Deno.env.toObject(),
  };
}

/**
 * The arguments of `pod serve` for a pod of this name, with the same flags.
 *
 * @param session id of the segment to go on with; default: where the pod was left
 */
export function serveArguments(name: string, flags: LaunchFlags, session?: string): string[] {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  const choice = () => {
    if (session !== undefined) return ["--session", session, "--session-pod-name", name];
    if (flags.profile === undefined) return ["--pod", name];
    return ["--profile", flags.profile, "--profile-pod-name", name];
  };
  return [
    ...choice(),
    ...option("--model", flags.model),
    ...option("--cwd", flags.cwd),
    ...flags.allowWrite.flatMap((directory) => ["--allow-write", directory]),
    ...flags.allowRead.flatMap((directory) => ["--allow-read", directory]),
    ...flags.deny.flatMap((directory) => ["--deny", directory]),
    ...option("--max-turns", flags.maxTurns),
    ...option("--manifest", flags.manifest),
    ...(flags.share ? ["--share"] : []),
  ];
}

/** For a flag that takes the id of a session or segment. */
export function parseId(text: string): string {
  if (isId(text)) return text;
  throw new InvalidArgumentError("It must be a UUID.");
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("It must be a whole number from 1 on.");
}
