import type { Event, Method, PodStatus } from "../protocol/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { connectPod, sendMethod } from "./pod_connection.ts";

/** A method without parameters, and what shows that a pod has done it. */
interface Control {
  readonly method: Method;
  readonly isDone: (event: Event) => boolean;
}

function becomes(...wanted: PodStatus[]): (event: Event) => boolean {
  return (event) => event.event === "status" && wanted.includes(event.data.status);
}

/** The commands that ask a live pod for one thing. */
export const CONTROLS = {
  pause: {
    method: { method: "pause" },
    isDone: becomes("paused", "idle"),
  },
  resume: {
    method: { method: "resume" },
    isDone: becomes("running"),
  },
  cancel: {
    method: { method: "cancel" },
    isDone: becomes("idle"),
  },
  compact: {
    method: { method: "compact" },
    isDone: ({ event }: Event) =>
      event === "compact_done" || event === "compact_failed" || event === "alert",
  },
  stop: {
    method: { method: "shutdown" },
    isDone: ({ event }: Event) => event === "shutdown",
  },
} as const satisfies Record<string, Control>;

/** The names of those commands. */
export type ControlName = keyof typeof CONTROLS;

/** Runs one of them. Returns the exit code. */
export async function controlCommand(
  console: PodConsole,
  control: ControlName,
  name: string,
): Promise<number> {
  using client = await connectPod(name);
  const { method, isDone } = CONTROLS[control];
  // A paused pod does not answer to another pause: it is what was asked for.
  if (control === "pause" && client.snapshot.data.status === "paused") return EXIT.finished;
  const taken = await sendMethod(client, method, isDone);
  if (!taken.accepted) {
    console.stderr.write(`pod: error: ${taken.message}\n`);
    return EXIT.failed;
  }
  if (taken.event.event === "alert") console.stderr.write(`! ${taken.event.data.message}\n`);
  return EXIT.finished;
}

/** `pod notify`: tells a live pod something without making it a user's turn. */
export async function notifyCommand(name: string, message: string): Promise<number> {
  using client = await connectPod(name);
  await client.send({ method: "notify", params: { message } });
  return EXIT.finished;
}
