import { selfCommand, startDetached } from "../host/mod.ts";
import { absolutePath } from "../manifest/mod.ts";
import { PodError } from "../base/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { isLive, runtimeBase } from "./pod_connection.ts";

/** `pod start`: starts `pod serve` on its own and prints the socket when it is ready. */
export async function startCommand(
  console: PodConsole,
  name: string,
  serveArguments: readonly string[],
): Promise<number> {
  if (await isLive(name)) {
    throw new PodError(
      "in_use",
      `pod \`${name}\` is running already; \`pod attach ${name}\` shows it, \`pod stop ${name}\` ends it`,
    );
  }
  const socket = await startDetached({
    name,
    runtime: absolutePath(Deno.cwd(), runtimeBase()),
    command: [...selfCommand(Deno.env.toObject()), "serve", "--pod", name, ...serveArguments],
  });
  console.stdout.write(`${socket}\n`);
  return EXIT.finished;
}
