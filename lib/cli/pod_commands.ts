import { type Command, Option } from "commander";
import type { OutputFormat, PodConsole } from "./console.ts";
import {
  addLaunchFlags,
  launchArguments,
  type LaunchFlags,
  launchOptions,
} from "./launch_flags.ts";

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
    .summary("give a live pod an input")
    .option("-w, --wait", "follow the turn to its end and show it")
    .addOption(
      new Option("-o, --output <format>", "with --wait: what standard output gets")
        .choices(["text", "json", "stream-json"]).default("text"),
    )
    .action(
      async (name: string, text: string[], flags: { wait?: boolean; output: OutputFormat }) => {
        const { sendCommand } = await import("./send_command.ts");
        const renderer = console.createRenderer(flags.output, { structured: false, quiet: false });
        const wait = flags.wait ?? false;
        exitWith(await sendCommand({ name, text: text.join(" "), wait, renderer }));
      },
    );

  program.command("notify <name> <text...>")
    .summary("tell a live pod something that is no request")
    .action(async (name: string, text: string[]) => {
      const { notifyCommand } = await import("./control_command.ts");
      exitWith(await notifyCommand(name, text.join(" ")));
    });

  addControl(program, console, exitWith, "pause", "stop what a pod does, to go on later");
  addControl(program, console, exitWith, "resume", "go on with what was paused");
  addControl(program, console, exitWith, "cancel", "stop what a pod does, for good");
  addControl(program, console, exitWith, "compact", "make room in a pod's context now");
  addControl(program, console, exitWith, "stop", "end a pod; its session stays");

  program.command("attach <name>")
    .summary("watch a live pod and talk to it")
    .action(async (name: string) => {
      const { attachCommand } = await import("./attach_command.ts");
      exitWith(await attachCommand(console, name));
    });

  program.command("events <name>")
    .summary("print everything a live pod tells, as JSON lines")
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

function addControl(
  program: Command,
  console: PodConsole,
  exitWith: ExitWith,
  control: "pause" | "resume" | "cancel" | "compact" | "stop",
  summary: string,
): void {
  program.command(`${control} <name>`)
    .summary(summary)
    .action(async (name: string) => {
      const { controlCommand } = await import("./control_command.ts");
      exitWith(await controlCommand(console, control, name));
    });
}
