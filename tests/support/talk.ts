import type { PodClient } from "../../lib/ipc/mod.ts";
import type { Event, Method } from "../../lib/protocol/mod.ts";

/** The method that gives a pod a text. */
export function userInput(content: string): Method & { method: "run" } {
  return { method: "run", params: { input: [{ kind: "text", content }] } };
}

/** The events up to the one that says that the pod is idle. */
export async function untilIdle(client: PodClient): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of client) {
    events.push(event);
    if (event.event === "status" && event.data.status === "idle") return events;
  }
  throw new Error("the pod went away before it was idle");
}
