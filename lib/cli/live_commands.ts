import { type Command, InvalidArgumentError, Option } from "commander";
import { flattenSegments } from "../protocol/mod.ts";
import type { OutputFormat, PodConsole } from "./console.ts";
import type { ControlName } from "./control_command.ts";

/** Takes the exit code of a command. */
export type ExitWith = (code: number) => void;

/** Adds the commands that talk to a live pod. */
export function addLiveCommands(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.commandsGroup("Talk to a pod:");
  addSend(program, console, exitWith);
  addNotify(program, console, exitWith);
  addWatching(program, console, exitWith);
  for (const [control, summary] of CONTROLS) {
    describe(program.command(`${control} <name>`), summary).action(async (name: string) => {
      const { controlCommand } = await import("./control_command.ts");
      exitWith(await controlCommand(control, name));
    });
  }
  program.command("compact <name>")
    .summary("make room in a pod's context now")
    .description(
      "Has the model go on with a summary of the older part of the conversation, and waits until that is\n" +
        "there; Ctrl-C leaves the pod to it.",
    )
    .action(async (name: string) => {
      const { compactCommand } = await import("./compact_command.ts");
      exitWith(await compactCommand(console, name));
    });
  addRewind(program, console, exitWith);
}

/** Says what a command does, in the list of all and in its own help. */
export function describe(command: Command, summary: string): Command {
  return command.summary(summary)
    .description(`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`);
}

/** The commands that ask a pod for one thing. */
const CONTROLS: readonly (readonly [ControlName, string])[] = [
  ["pause", "stop what a pod does, to go on later"],
  ["resume", "go on with what was paused"],
  ["cancel", "stop what a pod does, for good"],
];

function addSend(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.command("send <name> <text...>")
    .summary("give a pod an input")
    .description(
      "Gives a pod an input, and waits until that is on its disk. `-` stands for standard input.",
    )
    .option(
      "-w, --wait",
      "follow the turn to its end, print and exit like `pod run`; Ctrl-C only leaves",
    )
    .addOption(
      new Option("-o, --output <format>", "what standard output gets; implies --wait")
        .choices(["text", "json", "stream-json"]).default("text").implies({ wait: true }),
    )
    .action(
      async (name: string, words: string[], flags: { wait?: boolean; output: OutputFormat }) => {
        const { readPrompt } = await import("./prompt.ts");
        const { sendAndFollow, sendCommand } = await import("./send_command.ts");
        const input = await readPrompt(words, console.stdin);
        if (!flags.wait) return exitWith(await sendCommand(console, name, { kind: "run", input }));
        exitWith(await sendAndFollow(console, name, input, flags.output));
      },
    );
}

function addNotify(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.command("notify <name> <text...>")
    .summary("tell a pod something that is no request")
    .description(
      "Tells a pod something that is no request: at the next step of its turn, or in one of its own.\n" +
        "`-` stands for standard input.",
    )
    .action(async (name: string, words: string[]) => {
      const { readPrompt } = await import("./prompt.ts");
      const { sendCommand } = await import("./send_command.ts");
      const text = flattenSegments(await readPrompt(words, console.stdin));
      exitWith(await sendCommand(console, name, { kind: "notify", text }));
    });
}

function addWatching(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.command("attach <name>")
    .summary("watch a pod and talk to it")
    .description(
      "Shows what a pod has said and says, and sends it what is typed, a line at a time. Ctrl-C pauses\n" +
        "the pod, a second Ctrl-C leaves it as it is; so does Ctrl-D.",
    )
    .action(async (name: string) => {
      const { attachCommand } = await import("./attach_command.ts");
      exitWith(await attachCommand(console, name));
    });

  describe(program.command("events <name>"), "print everything a pod tells, as JSON lines")
    .action(async (name: string) => {
      const { eventsCommand } = await import("./events_command.ts");
      exitWith(await eventsCommand(console, name));
    });

  describe(
    program.command("context <name>"),
    "show what is in a pod's context, and how many tokens it takes",
  )
    .option("--json", "as one JSON object")
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const { contextCommand } = await import("./context_command.ts");
      exitWith(await contextCommand(console, name, { json }));
    });
}

function addRewind(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.command("rewind <name>")
    .summary("go back to before an input")
    .description("Lists the inputs of a pod, or takes it back to before one of them.")
    .addOption(new Option("--list", "list the inputs (the default)").conflicts("to"))
    .option("--to <n>", "go back to before the input with this number", parseNumber)
    .option("--json", "print JSON")
    .action(async (name: string, { to, json = false }: { to?: number; json?: boolean }) => {
      const { rewindCommand } = await import("./rewind_command.ts");
      exitWith(await rewindCommand(console, name, { to, json }));
    });
}

function parseNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number from the list.");
}
