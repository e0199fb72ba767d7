import { type Command, Option } from "commander";
import type { PodConsole } from "./console.ts";
import { addLaunchFlags, type LaunchFlags, parseId, serveArguments } from "./launch_flags.ts";
import { addLiveCommands, describe, type ExitWith } from "./live_commands.ts";
import { addServeFlags, type ServeFlags } from "./serve_flags.ts";
import type { WorkflowFlags } from "./workflows_command.ts";

/** Adds the commands that start pods which stay, and that talk to live ones. */
export function addPodCommands(program: Command, console: PodConsole, exitWith: ExitWith): void {
  program.commandsGroup("Pods that stay:");
  addServeFlags(
    program.command("serve").summary("be a pod: listen on its socket until stopped"),
  ).action(async (flags: ServeFlags) => {
    const { serveCommand } = await import("./serve_command.ts");
    exitWith(await serveCommand(console, flags));
  });

  addLaunchFlags(
    program.command("start <name>")
      .summary("start a pod in the background")
      .description(
        "Starts a pod in the background, waits until it listens, and prints its socket.",
      ),
  ).addOption(
    new Option("--session <id>", "go on with a session, by the id of one of its segments")
      .conflicts("profile").argParser(parseId),
  ).action(async (name: string, { session, ...flags }: LaunchFlags & { session?: string }) => {
    const { startCommand } = await import("./start_command.ts");
    exitWith(await startCommand(console, name, serveArguments(name, flags, session)));
  });

  program.command("stop <name>")
    .summary("end a pod; its session stays")
    .description("Ends a pod and waits until it is gone. Its session stays, for the next start.")
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

  for (const kind of ["workflow", "skill"] as const) {
    describe(program.command(`${kind}s`), `list the ${kind}s that a pod here would have`)
      .option("--check", `say what is wrong with the files of ${kind}s; exit code 1 if anything is`)
      .option("--manifest <file>", "TOML description of the pod")
      .addOption(new Option("--profile <selector>", "recipe for the pod").conflicts("manifest"))
      .option("-C, --cwd <dir>", "where the pod would work; default: here")
      .option("--json", "as one JSON array")
      .action(async (flags: WorkflowFlags) => {
        const { workflowsCommand } = await import("./workflows_command.ts");
        exitWith(await workflowsCommand(console, kind, flags));
      });
  }

  addLiveCommands(program, console, exitWith);
  program.commandsGroup("Commands:");
}
