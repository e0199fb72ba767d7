import { messageOf, PodError, sleep } from "../base/mod.ts";
import { type Host, type LaunchOptions, openHost, Stop } from "../host/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";

/** How long everything may take once a pod is asked to end. */
const SHUTDOWN_MS = 10_000;

/** `pod serve`: a pod in this process, until a signal or a client ends it (spec 70 §4). */
export async function serveCommand(
  { stderr }: PodConsole,
  launch: LaunchOptions,
): Promise<number> {
  using stop = new Stop().onSignals();
  let host: Host;
  try {
    host = await openHost(launch, () => {});
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    stderr.write(`error: ${messageOf(error)}\n`);
    return EXIT.failed;
  }
  const { name, controller, socketPath } = host;
  for (const warning of host.warnings) stderr.write(`pod: warning: ${warning}\n`);
  stderr.write(`POD-READY\t${name}\t${socketPath}\npod: ${name} listening on "${socketPath}"\n`);
  const serving = controller.serve();
  void stop.requested().then(() => controller.shutDown());
  await serving;
  const reason = stop.reason === null ? "client request" : "signal";
  stderr.write(`pod: ${name} shutting down (${reason})\n`);
  await Promise.race([host[Symbol.asyncDispose](), sleep(SHUTDOWN_MS)]);
  return EXIT.finished;
}
