import type { Command } from "commander";
import type { PodConsole } from "./console.ts";
import {
  addLaunchFlags,
  launchArguments,
  type LaunchFlags,
  launchOptions,
} from "./launch_flags.ts";
import { addLiveCommands, describe, type ExitWith } from "./live_commands.ts";

/** Adds the commands that start pods which stay, and that talk to live ones. */
export function addPodCommands(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.commandsGroup("Pods that stay:");
  addLaunchFlags(
    program.command("serve")
      .summary("be a pod: listen on its socket until stopped")
      .requiredOption("--pod <name>", "name of the pod; one that was there before goes on"),
  ).action(async ({ pod: name, ...flags }: LaunchFlags & { pod: string }) => {
    const { serveCommand } = await import("./serve_command.ts");
    const options = launchOptions(flags, { name, ephemeral: false, isOneShot: false });
    exitWith(await serveCommand(console, options));
  });

  addLaunchFlags(
    program.command("start <name>")
      .summary("start a pod in the background")
      .description(
        "Starts a pod in the background, waits until it listens, and prints its socket.",
      ),
  ).action(async (name: string, flags: LaunchFlags) => {
    const { startCommand } = await import("./start_command.ts");
    exitWith(await startCommand(console, name, launchArguments(flags)));
  });

  describe(
    program.command("stop <name>"),
    "end a pod, and wait until it is gone; its session stays",
  )
    .action(async (name: string) => {
      const { stopCommand } = await import("./stop_command.ts");
      exitWith(await stopCommand(console, name));
    });

  describe(program.command("ls"), "list the pods that are live")
    .option("-a, --all", "also those that are stopped")
    .option("--json", "as one JSON array")
    .action(async ({ all = false, json = false }: { all?: boolean; json?: boolean }) => {
      const { lsCommand } = await import("./ls_command.ts");
      exitWith(await lsCommand(console, { all, json }));
    });

  addLiveCommands(program, console, exitWith);
  program.commandsGroup("Commands:");
}
