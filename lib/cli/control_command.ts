import type { PodClient } from "../ipc/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import type { Event, PodStatus } from "../protocol/mod.ts";
import { EXIT } from "./exit_code.ts";
import { LiveError } from "./live_error.ts";
import { ask, connectPod, nameOf, unlessRefused, wentAway } from "./pod_connection.ts";
import { endOf, statusOf } from "./read_event.ts";

/** What a client has heard by the time at which its method was taken. */
interface Heard {
  /** Before that. */
  readonly early: readonly Event[];
  /** What the pod does now, if that was its answer. */
  readonly status: PodStatus | null;
  /** For what comes next. */
  readonly client: PodClient;
}

/** The methods that are commands, and how each waits for what comes of it: null, or what went wrong. */
const OUTCOMES = {
  pause: paused,
  resume: () => Promise.resolve(null),
  cancel: cancelled,
} as const satisfies Record<string, (heard: Heard) => Promise<string | null>>;

/** The names of those commands. */
export type ControlName = keyof typeof OUTCOMES;

/** Asks a live pod for one thing, and waits until that is done. Returns the exit code. */
export async function controlCommand(control: ControlName, name: string): Promise<number> {
  using client = await connectPod(name);
  const early: Event[] = [];
  const answer = await ask(client, { method: control }, (event) => early.push(event));
  const status = statusOf(unlessRefused(client, answer));
  const problem = await OUTCOMES[control]({ early, status, client });
  if (problem !== null) throw new LiveError("not_done", problem);
  return EXIT.finished;
}

async function paused({ status, client }: Heard): Promise<string | null> {
  if (status === "paused") return null;
  const stopped = await untilStopped(client);
  return stopped.status === "paused" ? null : `there is nothing to resume: ${reason(stopped.end)}`;
}

async function cancelled({ early, status, client }: Heard): Promise<string | null> {
  // A paused turn is given up at once; then what has waited behind it may have begun already.
  const isGivenUp = early.map(statusOf).findLast((known) => known !== null) === "idle";
  if (status !== "running" || isGivenUp) return null;
  const stopped = await untilStopped(client);
  return stopped.status === "paused" ? "somebody has paused the turn; cancel it again" : null;
}

/** How the run that goes on ends, and what the pod does then. A compaction has no end of its own. */
async function untilStopped(client: PodClient): Promise<{ end: RunEnd; status: PodStatus }> {
  let end: RunEnd | null = null;
  for await (const event of client) {
    const status = statusOf(event);
    if (status !== null && (end !== null || status !== "running")) {
      return { end: end ?? { result: "finished" }, status };
    }
    end ??= endOf(event);
  }
  throw wentAway(nameOf(client));
}

const REASONS: Readonly<Record<Exclude<RunEnd, { code: unknown }>["result"], string>> = {
  finished: "the turn had finished",
  limit_reached: "the turn had come to its limit",
  rolled_back: "the model had not said anything yet, and the input was taken back",
  paused: "somebody has let it go on",
};

function reason(end: RunEnd): string {
  if (end.result === "cancelled") return "what it did was stopped for good";
  return "code" in end ? end.message : REASONS[end.result];
}
