import { selfCommand, startDetached } from "../host/mod.ts";
import { absolutePath, resolvePaths } from "../manifest/mod.ts";
import { PodError } from "../base/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";

/** `pod start`: starts `pod serve` on its own and prints the socket when it is ready. */
export async function startCommand(
  console: PodConsole,
  name: string,
  serveArguments: readonly string[],
): Promise<number> {
  const env = Deno.env.toObject();
  const { runtime } = resolvePaths((variable) => env[variable]);
  if (runtime === null) {
    throw new PodError(
      "no_directory",
      "could not resolve runtime directory (set POD_HOME or HOME)",
    );
  }
  const socket = await startDetached({
    name,
    runtime: absolutePath(Deno.cwd(), runtime),
    command: [...selfCommand(env), "serve", "--pod", name, ...serveArguments],
  });
  console.stdout.write(`${socket}\n`);
  return EXIT.finished;
}
