import { type Host, type LaunchOptions, openHost, type Stop } from "../host/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import { type AcceptedRun, keptForLater, type RunRequest, type RunView } from "./accepted_run.ts";

/** Opens a pod in this process and gives it something to do. */
export async function startHostedRun(
  launch: LaunchOptions,
  { kind, text }: RunRequest,
  view: RunView,
  stop: Stop,
): Promise<AcceptedRun> {
  const host = await openHost(launch, (event) => view.event(event));
  for (const warning of host.warnings) view.warn(warning);
  view.event(host.snapshot());
  const { name, sessionId, pod, controller } = host;
  // Accepted before anything else, so that what has been waiting for the pod becomes part of it.
  const end = kind === "run" ? runText(host, text) : runNotification(host, text, view);
  const serving = controller.serve();
  void stop.requested().then(() => controller.shutDown());
  return {
    name,
    ids: () => Promise.resolve({ sessionId, segmentId: pod.segmentId }),
    follow: () => end,
    again: (text) => runText(host, text),
    async [Symbol.asyncDispose]() {
      // What others have told the pod meanwhile, it still does.
      controller.leave();
      await serving;
      await host[Symbol.asyncDispose]();
    },
  };
}

function runText({ controller }: Host, content: string): Promise<RunEnd> {
  return controller.stage({ kind: "user", input: [{ kind: "text", content }] });
}

/** A paused pod is not woken: it is told when it goes on. */
async function runNotification(
  { name, pod, controller }: Host,
  message: string,
  view: RunView,
): Promise<RunEnd> {
  pod.notify({ kind: "notification", message }, pod.status !== "paused");
  return await controller.stageNotifications() ?? keptForLater(name, view);
}
