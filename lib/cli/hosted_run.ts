import { type Host, type LaunchOptions, openHost, type Stop } from "../host/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import type { InputSegment } from "../protocol/mod.ts";
import { type AcceptedRun, keptForLater, type RunRequest, type RunView } from "./accepted_run.ts";
import { hostedReferences } from "./references.ts";

/** Opens a pod in this process and gives it something to do. */
export async function startHostedRun(
  launch: LaunchOptions,
  request: RunRequest,
  view: RunView,
  stop: Stop,
): Promise<AcceptedRun> {
  const host = await openHost(launch, (event) => view.event(event));
  for (const warning of host.warnings) view.warn(warning);
  view.event(host.snapshot());
  const { name, sessionId, pod, controller } = host;
  // Accepted before anything else, so that what has been waiting for the pod becomes part of it.
  const end = request.kind === "run"
    ? runInput(host, await hostedReferences(host, request.input, (message) => view.warn(message)))
    : runNotification(host, request.text, view);
  const serving = controller.serve();
  void stop.requested().then(() => controller.shutDown());
  return {
    name,
    ids: () => Promise.resolve({ sessionId, segmentId: pod.segmentId }),
    follow: () => end,
    again: (content) => runInput(host, [{ kind: "text", content }]),
    async [Symbol.asyncDispose]() {
      // What others have told the pod meanwhile, it still does.
      controller.leave();
      await serving;
      await host[Symbol.asyncDispose]();
    },
  };
}

function runInput({ controller }: Host, input: readonly InputSegment[]): Promise<RunEnd> {
  return controller.stage({ kind: "user", input });
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
