import { type Command, InvalidArgumentError, Option } from "commander";
import type { OutputFormat, PodConsole } from "./console.ts";
import {
  addLaunchFlags,
  launchArguments,
  type LaunchFlags,
  launchOptions,
} from "./launch_flags.ts";
import type { ControlName } from "./control_command.ts";

type ExitWith = (code: number) => void;

/** Adds the commands that start pods which stay, and that talk to live ones. */
export function addPodCommands(program: Command, console: PodConsole, exitWith: ExitWith): void {
  addLaunchFlags(
    program.command("serve")
      .summary("be a pod: listen on its socket until told to stop")
      .requiredOption("--pod <name>", "name of the pod; one that was there before goes on"),
  ).action(async ({ pod: name, ...flags }: LaunchFlags & { pod: string }) => {
    const { serveCommand } = await import("./serve_command.ts");
    const options = launchOptions(flags, { name, ephemeral: false, isOneShot: false });
    exitWith(await serveCommand(console, options));
  });

  addLaunchFlags(
    program.command("start <name>").summary("start a pod in the background; prints its socket"),
  ).action(async (name: string, flags: LaunchFlags) => {
    const { startCommand } = await import("./start_command.ts");
    exitWith(await startCommand(console, name, launchArguments(flags)));
  });

  program.command("send <name> <text...>")
    .summary("give a pod an input")
    .description("Gives a live pod an input; `-` stands for standard input.")
    .option("-w, --wait", "follow the turn to its end and show it; exits like `pod run`")
    .addOption(
      new Option("-o, --output <format>", "what standard output gets; implies --wait")
        .choices(["text", "json", "stream-json"]).default("text").implies({ wait: true }),
    )
    .action(
      async (name: string, words: string[], flags: { wait?: boolean; output: OutputFormat }) => {
        const { readPrompt } = await import("./prompt.ts");
        const { sendAndFollow, sendCommand } = await import("./send_command.ts");
        const text = await readPrompt(words, console.stdin);
        if (!flags.wait) return exitWith(await sendCommand(name, { kind: "run", text }));
        const renderer = console.createRenderer(flags.output, { structured: false, quiet: false });
        exitWith(await sendAndFollow(name, text, renderer));
      },
    );

  program.command("notify <name> <text...>")
    .summary("tell a pod something that is no request")
    .description("Tells a live pod something that is no request; `-` stands for standard input.")
    .action(async (name: string, words: string[]) => {
      const { readPrompt } = await import("./prompt.ts");
      const { sendCommand } = await import("./send_command.ts");
      const text = await readPrompt(words, console.stdin);
      exitWith(await sendCommand(name, { kind: "notify", text }));
    });

  for (const [control, summary] of CONTROLS) {
    program.command(`${control} <name>`)
      .summary(summary)
      .action(async (name: string) => {
        const { controlCommand } = await import("./control_command.ts");
        exitWith(await controlCommand(control, name));
      });
  }

  program.command("rewind <name>")
    .summary("go back to before an input")
    .description("Lists the inputs of a live pod, or takes it back to before one of them.")
    .addOption(new Option("--list", "list the inputs (the default)").conflicts("to"))
    .option("--to <n>", "go back to before the input with this number", parseNumber)
    .option("--json", "print JSON")
    .action(async (name: string, { to, json = false }: { to?: number; json?: boolean }) => {
      const { rewindCommand } = await import("./rewind_command.ts");
      exitWith(await rewindCommand(console, name, { to, json }));
    });

  program.command("stop <name>")
    .summary("end a pod and wait until it is gone; its session stays")
    .action(async (name: string) => {
      const { stopCommand } = await import("./stop_command.ts");
      exitWith(await stopCommand(console, name));
    });

  program.command("attach <name>")
    .summary("watch a pod and talk to it")
    .description(
      "Shows what a live pod has said and says, and sends it what is typed, a line at a time. Ctrl-C\n" +
        "pauses the pod, a second Ctrl-C leaves it as it is; so does Ctrl-D.",
    )
    .action(async (name: string) => {
      const { attachCommand } = await import("./attach_command.ts");
      exitWith(await attachCommand(console, name));
    });

  program.command("events <name>")
    .summary("print everything a pod tells, as JSON lines")
    .action(async (name: string) => {
      const { eventsCommand } = await import("./events_command.ts");
      exitWith(await eventsCommand(console, name));
    });

  program.command("context <name>")
    .summary("show what is in a pod's context, and how many tokens it takes")
    .option("--json", "as one JSON object")
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const { contextCommand } = await import("./context_command.ts");
      exitWith(await contextCommand(console, name, { json }));
    });

  program.command("ls")
    .summary("list the live pods")
    .option("-a, --all", "also pods that have only a session")
    .option("--json", "as one JSON array")
    .action(async ({ all = false, json = false }: { all?: boolean; json?: boolean }) => {
      const { lsCommand } = await import("./ls_command.ts");
      exitWith(await lsCommand(console, { all, json }));
    });
}

/** The commands that ask a pod for one thing. */
const CONTROLS: readonly (readonly [ControlName, string])[] = [
  ["pause", "stop what a pod does, to go on later"],
  ["resume", "go on with what was paused"],
  ["cancel", "stop what a pod does, for good"],
  ["compact", "make room in a pod's context now"],
];

function parseNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number from the list.");
}
