import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { messageOf, PodError, printable, sleep, VERSION } from "../base/mod.ts";
import { parseDuration } from "./duration.ts";
import { EXIT, exitCodeOf } from "./exit_code.ts";
import { addLaunchFlags, type LaunchFlags, launchOptions } from "./launch_flags.ts";
import { addPodCommands } from "./pod_commands.ts";
import { createConsole, type OutputFormat, type PodConsole } from "./console.ts";
import { isReaderGone } from "./output/writer.ts";

const LAST_WORDS_MS = 2000;

/** The flags of `pod run`, as parsed. */
interface RunFlags extends LaunchFlags {
  readonly name?: string;
  readonly notify?: string;
  readonly timeout?: number;
  readonly output: OutputFormat;
  readonly outputSchema?: string;
  readonly systemPromptFile?: string;
  readonly ephemeral?: boolean;
  readonly quiet?: boolean;
}

/** Parses the arguments and runs the command they name. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const console = createConsole();
  const exitCode = await parseAndRun(args, console);
  await console.flush();
  const { closed } = console.stdout;
  // Whoever reads may leave when it has enough.
  if (!closed.aborted || isReaderGone(closed.reason)) return exitCode;
  complain(console, `cannot write to standard output: ${messageOf(closed.reason)}`);
  await console.flush();
  return EXIT.failed;
}

async function parseAndRun(args: readonly string[], console: PodConsole): Promise<number> {
  let exitCode: number = EXIT.finished;
  const program = createProgram(console, (code) => exitCode = code);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // What commander refuses it has explained itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.finished : EXIT.usage;
    if (!(error instanceof PodError)) throw error;
    complain(console, error.message);
    return exitCodeOf(error);
  }
}

function complain({ stderr }: PodConsole, message: string): void {
  stderr.write(`pod: error: ${printable(message)}\n`);
}

function createProgram(console: PodConsole, exitWith: (code: number) => void): Command {
  const program = new Command("pod")
    .description("An agent runtime: one agent, one durable session, one executable.")
    .version(`pod ${VERSION}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => console.stdout.write(text),
      writeErr: (text) => console.stderr.write(text),
      outputError: (text, write) => write(`pod: ${text}`),
    });
  addRunCommand(program, console, exitWith);
  addPodCommands(program, console, exitWith);
  addModelsCommand(program, console, exitWith);
  return program;
}

function addRunCommand(
  program: Command,
  console: PodConsole,
  exitWith: (code: number) => void,
): void {
  const command = program.command("run")
    .summary("run one prompt to its end and exit")
    .description(
      "Runs one prompt to its end. The answer goes to standard output, progress to standard error.",
    )
    .argument("[prompt...]", "what to do; `-` stands for standard input");
  addLaunchFlags(command)
    .option(
      "-n, --name <name>",
      "name of the pod; one that was there before goes on; default: run- and the end of its session id",
    )
    .option("--notify <message>", "wake the pod with a message that is no user's request")
    .option("--timeout <duration>", "stop after this time: 90s, 10m, 1h30m", parseTimeout)
    .addOption(
      new Option("-o, --output <format>", "what standard output gets")
        .choices(["text", "json", "stream-json"]).default("text"),
    )
    .option("--output-schema <file>", "JSON Schema that the final answer must meet")
    .option("--system-prompt-file <file>", "replaces the built-in instructions")
    .option("--ephemeral", "leave no trace on disk")
    .option("-q, --quiet", "no progress on standard error")
    .addHelpText("after", RUN_HELP)
    .action(async (prompt: string[], flags: RunFlags) => {
      exitWith(await run(console, prompt, flags));
    });
}

async function run(console: PodConsole, prompt: string[], flags: RunFlags): Promise<number> {
  const { Stop } = await import("../host/mod.ts");
  using stop = new Stop().onSignals().onAbort(console.stdout.closed, "output_closed");
  if (flags.timeout !== undefined) stop.onTimeout(flags.timeout);
  const { runCommand } = await import("./run_command.ts");
  const exitCode = await runCommand({
    prompt,
    stdin: console.stdin,
    notify: flags.notify,
    renderer: console.createRenderer(flags.output, {
      structured: flags.outputSchema !== undefined,
      quiet: flags.quiet ?? false,
    }),
    stop,
    outputSchemaPath: flags.outputSchema,
    systemPromptPath: flags.systemPromptFile,
    launch: launchOptions(flags, {
      name: flags.name,
      ephemeral: flags.ephemeral ?? false,
      isOneShot: true,
    }),
  });
  if (stop.reason !== null) await lastWords(console, exitCode);
  return exitCode;
}

/** A run that was stopped does not wait for ever for a reader that takes nothing. */
async function lastWords(console: PodConsole, exitCode: number): Promise<void> {
  const said = console.flush().then(() => true);
  if (!await Promise.race([said, sleep(LAST_WORDS_MS)])) Deno.exit(exitCode);
}

function addModelsCommand(
  program: Command,
  console: PodConsole,
  exitWith: (code: number) => void,
): void {
  program.command("models [ref...]")
    .summary("list the models of the catalog, or check that they answer")
    .description(
      "Lists the models of the catalog, or those named, with windows, prices and keys. " +
        "With --check each is asked for one word instead: those named, or else the models that a " +
        "start may choose by itself, which are POD_MODEL and one of each provider whose key is set.",
    )
    .option("--check", "send a tiny request to each; exit code 1 if one fails")
    .option("--json", "as one JSON array")
    .action(async (refs: string[], flags: { check?: boolean; json?: boolean }) => {
      const { modelsCommand } = await import("./models_command.ts");
      const { check = false, json = false } = flags;
      exitWith(await modelsCommand(console, { refs, check, json }));
    });
}

function parseTimeout(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

const RUN_HELP = `
Examples:
  pod run "What does this project do?"
  git diff | pod run "Review this change:" -
  pod run --output json --max-turns 20 --timeout 10m "Fix the failing test"
  pod run --model demo/tour "Show me around"      (needs no key)

Without --allow-write, --allow-read or --manifest it may read and write below the working directory.
The file tools keep to that scope; shell commands are not bound by it, and without any place to
write there is no shell.

Exit codes: 0 finished, 1 failed, 2 usage or configuration, 3 turn limit reached, 4 paused,
124 timeout, 130 SIGINT, 143 SIGTERM, 141 the reader of standard output has gone.`;
