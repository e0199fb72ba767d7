import type { PodClient } from "../ipc/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import type { Event } from "../protocol/mod.ts";
import { nameOf, wentAway } from "./pod_connection.ts";
import { endOf, statusOf } from "./read_event.ts";

/** Where in a run the model is told something. */
export interface Told {
  /** The event that says so, and those before it of a run that began after the pod had been asked. */
  readonly events: readonly Event[];
  /** Whether the run began because of it, or of others like it. */
  readonly isOwn: boolean;
}

/**
 * Waits until the model is told what a pod was notified of. Of two notifications of one text that wait
 * at the same time, both are told in the same turn; so the first event of that text will do.
 *
 * @param answer what the pod said to the notification; events are read from there on
 * @returns "paused" when the pod keeps it until somebody lets it go on, or how the run ended in which
 * the model should have been told
 * @throws {LiveError} `went_away`
 */
export async function untilTold(
  client: PodClient,
  message: string,
  answer: Event,
): Promise<Told | RunEnd | "paused"> {
  if (statusOf(answer) === "paused") return "paused";
  let failure: RunEnd | null = null;
  let events: Event[] = [];
  for await (const event of client) {
    const status = statusOf(event);
    if (status === "running") events = [];
    if (status === "running" || events.length > 0) events.push(event);
    if (tells(event, message)) {
      if (events.length === 0) return { events: [event], isOwn: false };
      return { events, isOwn: events.some(isWake) };
    }
    if (status === "paused") return "paused";
    if (status === "idle") return notTold(failure);
    failure = endOf(event) ?? failure;
  }
  throw wentAway(nameOf(client));
}

function tells(event: Event, message: string): boolean {
  if (event.event !== "system_item") return false;
  const { item } = event.data;
  return item.kind === "notification" && item.message === message;
}

function isWake(event: Event): boolean {
  return event.event === "invoke_start" && event.data.kind !== "user_send";
}

/** A run that fails before the model is told leaves it to the next one, which somebody has to start. */
function notTold(failure: RunEnd | null): RunEnd {
  const [code, why] = failure !== null && "code" in failure
    ? [failure.code, `: ${failure.message}`]
    : ["internal" as const, ""];
  const message = `the turn ended before the model was told${why}; it will be in the next one`;
  return { result: "failed", code, message };
}
