import type { Stop } from "../host/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import { type Event, PROTOCOL_VERSION } from "../protocol/mod.ts";
import { EXIT, EXIT_OF_STOP } from "./exit_code.ts";
import type { Renderer } from "./output/renderer.ts";
import type { ReportResult, RunReport } from "./output/report.ts";
import { Tally } from "./output/tally.ts";
import { connectPod, sendMethod } from "./pod_connection.ts";

/** What `pod send` is asked for. */
export interface SendOptions {
  readonly name: string;
  readonly text: string;
  /** As a user's request, or as something to know. @default "run" */
  readonly kind?: "run" | "notify";
  /** Whether to follow the turn to its end; else the pod's acceptance is enough. */
  readonly wait: boolean;
  readonly renderer: Renderer;
  /** Cancels the turn when it asks for that. @default the turn goes on when this program ends */
  readonly stop?: Stop;
}

/** How a followed run ended. */
interface FollowedEnd {
  readonly result: ReportResult;
  readonly error: RunReport["error"];
}

const EXIT_OF: Partial<Record<ReportResult, number>> = {
  finished: EXIT.finished,
  limit_reached: EXIT.limitReached,
  paused: EXIT.paused,
};

/** `pod send`: gives a live pod an input. Returns the exit code. */
export async function sendCommand(options: SendOptions): Promise<number> {
  const { name, text, kind = "run", wait, renderer, stop } = options;
  const startedAt = performance.now();
  using client = await connectPod(name);
  void stop?.requested().then(() => client.send({ method: "cancel" }));
  const tally = new Tally();
  const show = (event: Event) => {
    tally.add(event);
    if (wait) renderer.event(event);
  };
  show(client.snapshot);
  const end = kind === "run"
    ? await sendInput(client, text, wait, show)
    : await sendNotification(client, text, show);
  if (end === null) return EXIT.finished;
  const exitCode = stop?.reason ? EXIT_OF_STOP[stop.reason] : EXIT_OF[end.result] ?? EXIT.failed;
  renderer.finish({
    protocol_version: PROTOCOL_VERSION,
    pod: name,
    session_id: sessionOf(client),
    segment_id: null,
    ...end,
    text: tally.text,
    structured: null,
    usage: tally.usage,
    cost_usd: tally.costUsd,
    model: tally.model,
    turns: tally.turns,
    stop_reason: tally.stopReason,
    duration_ms: Math.round(performance.now() - startedAt),
    exit_code: exitCode,
  });
  return exitCode;
}

/** Null: the pod has taken the input, and that is all that was asked for. */
async function sendInput(
  client: PodClient,
  content: string,
  wait: boolean,
  show: (event: Event) => void,
): Promise<FollowedEnd | null> {
  const taken = await sendMethod(
    client,
    { method: "run", params: { input: [{ kind: "text", content }] } },
    ({ event }) => event === "user_message",
    show,
  );
  if (!taken.accepted) {
    return { result: "failed", error: { code: taken.code, message: taken.message } };
  }
  return wait ? await followRun(client, show) : null;
}

/** A paused pod keeps it for later, and says nothing. */
async function sendNotification(
  client: PodClient,
  message: string,
  show: (event: Event) => void,
): Promise<FollowedEnd> {
  await client.send({ method: "notify", params: { message } });
  if (client.snapshot.data.status === "paused") return { result: "paused", error: null };
  return await followRun(client, show);
}

/** The session is named at the head of its segment. */
function sessionOf({ snapshot }: PodClient): string | null {
  const [start] = snapshot.data.entries;
  return start?.kind === "segment_start" ? start.session_id : null;
}

/** Shows what a pod does until its present run has ended. */
export async function followRun(
  client: PodClient,
  show: (event: Event) => void,
): Promise<FollowedEnd> {
  for await (const event of client) {
    show(event);
    if (event.event === "run_end") return { result: event.data.result, error: null };
    if (event.event === "error" && event.reply_to === undefined) {
      return { result: "failed", error: event.data };
    }
  }
  const message = "the pod went away before the turn ended";
  return { result: "failed", error: { code: "not_live", message } };
}
