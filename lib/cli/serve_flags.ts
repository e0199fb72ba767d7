import { type Command, Option } from "commander";
import { addLaunchFlags, type LaunchFlags, parseId } from "./launch_flags.ts";

/** The flags of `pod serve`, as parsed (spec 70 §4.1). */
export interface ServeFlags extends LaunchFlags {
  readonly pod?: string;
  readonly requirePodState?: boolean;
  readonly profilePodName?: string;
  readonly session?: string;
  readonly store?: string;
  readonly adopt?: boolean;
  readonly callback?: string;
  readonly spawnConfigJson?: string;
  readonly sessionPodName?: string;
  readonly resumeScopeJson?: string;
  readonly project?: string;
}

/** One of those flags, and how it gets on with the others. */
interface ServeFlag {
  readonly flags: string;
  readonly description: string;
  /** The flag without which it means nothing. */
  readonly requires?: keyof ServeFlags;
  readonly conflicts?: readonly (keyof ServeFlags)[];
  readonly parse?: (text: string) => string;
  /** Whether it is for programs, and not shown to people. */
  readonly isHidden?: boolean;
}

const SERVE_FLAGS: readonly ServeFlag[] = [
  {
    flags: "--pod <name>",
    description: "the pod of this name, as it was left; a new one if there is none",
    conflicts: ["session", "adopt", "profile"],
  },
  {
    flags: "--require-pod-state",
    description: "with --pod: fail if there is none",
    requires: "pod",
  },
  {
    flags: "--profile-pod-name <name>",
    description: "with --profile: name of the new pod; default: that of the working directory",
    requires: "profile",
    conflicts: ["pod", "session", "adopt"],
  },
  {
    flags: "--session <id>",
    description: "go on with a session, by the id of one of its segments",
    conflicts: ["adopt", "pod", "profile"],
    parse: parseId,
  },
  {
    flags: "-s, --store <dir>",
    description: "keep session logs in DIR, and what leads to them in DIR/pods",
  },
  {
    flags: "--adopt",
    description: "be the child for which another pod has reserved a place",
    conflicts: ["profile", "pod", "session", "allowWrite", "allowRead"],
  },
  {
    flags: "--callback <socket>",
    description: "with --adopt: the socket of that pod, which is told of what happens",
    requires: "adopt",
  },
  {
    flags: "--spawn-config-json <json>",
    description: "with --adopt: what to be; @FILE reads it from a file",
    requires: "adopt",
    conflicts: ["profile", "manifest", "project", "pod", "session"],
    isHidden: true,
  },
  {
    flags: "--session-pod-name <name>",
    description: "with --session: name of the pod",
    requires: "session",
    isHidden: true,
  },
  {
    flags: "--resume-scope-json <json>",
    description: "with --session: narrows its scope; @FILE reads it from a file",
    requires: "session",
    isHidden: true,
  },
  {
    flags: "--project <dir>",
    description: "obsolete",
    conflicts: ["manifest", "profile"],
    isHidden: true,
  },
];

/** Adds the flags to the command, which then refuses what does not go together. */
export function addServeFlags(command: Command): Command {
  // Who starts a pod from a program looks for this beginning (spec 70 §4.4).
  command.configureOutput({ outputError: (text, write) => write(text) });
  const required: [Option, keyof ServeFlags][] = [];
  for (
    const { flags, description, requires, conflicts = [], parse, isHidden = false } of SERVE_FLAGS
  ) {
    const option = new Option(flags, description).conflicts([...conflicts]).hideHelp(isHidden);
    if (parse !== undefined) option.argParser(parse);
    if (requires !== undefined) required.push([option, requires]);
    command.addOption(option);
  }
  addLaunchFlags(command);
  return command.hook("preAction", () => {
    const given = command.opts();
    for (const [option, companion] of required) {
      if (given[option.attributeName()] === undefined || given[companion] !== undefined) continue;
      command.error(`error: option '${option.flags}' needs option '--${companion}'`);
    }
  });
}
