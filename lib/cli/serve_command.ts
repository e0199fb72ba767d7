import { messageOf, PodError, sleep } from "../base/mod.ts";
import { type Host, type Launch, openLaunch, prepareLaunch, Stop } from "../host/mod.ts";
import { RuntimeError, SocketError } from "../ipc/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import type { ServeFlags } from "./serve_flags.ts";
import { serveOptions } from "./serve_options.ts";

/** How long everything may take once a pod is asked to end. */
const SHUTDOWN_MS = 10_000;

/** `pod serve`: a pod in this process, until a signal or a client ends it (spec 70 §4). */
export async function serveCommand({ stderr }: PodConsole, flags: ServeFlags): Promise<number> {
  using stop = new Stop().onSignals();
  let launch: Launch | null = null;
  let host: Host;
  try {
    launch = await prepareLaunch(await serveOptions(flags));
    host = await openLaunch(launch, () => {});
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    stderr.write(`error: ${launch === null ? "" : failedStep(launch, error)}${messageOf(error)}\n`);
    return EXIT.failed;
  }
  const { name, controller, socketPath } = host;
  stderr.write(`POD-READY\t${name}\t${socketPath}\npod: ${name} listening on "${socketPath}"\n`);
  for (const warning of host.warnings) stderr.write(`pod: warning: ${warning}\n`);
  const serving = controller.serve();
  void stop.requested().then(() => controller.shutDown());
  await serving;
  const reason = stop.reason === null ? "client request" : "signal";
  stderr.write(`pod: ${name} shutting down (${reason})\n`);
  await Promise.race([host[Symbol.asyncDispose](), sleep(SHUTDOWN_MS)]);
  return EXIT.finished;
}

/** What could not be done with a launch that was right as far as it was read (spec 70 §4.4). */
function failedStep({ options, stored, manifest: { pod } }: Launch, error: PodError): string {
  if (error instanceof RuntimeError || error instanceof SocketError) {
    return "failed to start pod controller: ";
  }
  switch (options.session?.kind) {
    case "adopted":
      return "failed to create spawned pod: ";
    case "segment":
      return "failed to restore pod: ";
    case "named":
      return `failed to ${stored === null ? "create" : "restore"} pod ${pod.name}: `;
    default:
      return "failed to create pod: ";
  }
}
