/**
 * The command line: arguments in, exit code out. One file per command; what a command shows is a
 * renderer's business. Everything but the version is loaded only when a command needs it.
 *
 * @module
 */
import { VERSION } from "../base/mod.ts";

/** Runs `pod` with the given arguments; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [first, ...others] = args;
  // Fast path: scripts ask for the version often, and nothing need be loaded to know it.
  if ((first === "--version" || first === "-V") && others.length === 0) return printVersion();
  const { runProgram } = await import("./program.ts");
  return await runProgram(args);
}

function printVersion(): number {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(`pod ${VERSION}\n`));
  } catch (error) {
    // The reader has gone: there is nobody to tell.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  return 0;
}
