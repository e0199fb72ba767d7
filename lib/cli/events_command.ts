import type { Event } from "../protocol/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { connectPod, wentAway } from "./pod_connection.ts";

/** `pod events`: everything that a live pod tells, a line of JSON each, until it ends. */
export async function eventsCommand({ stdout }: PodConsole, name: string): Promise<number> {
  using client = await connectPod(name);
  stdout.closed.addEventListener("abort", () => client.close());
  const print = (event: Event) => stdout.write(`${JSON.stringify(event)}\n`);
  client.alerts.forEach(print);
  print(client.snapshot);
  let hasEnded = false;
  for await (const event of client) {
    print(event);
    hasEnded ||= event.event === "shutdown";
    // A slow reader is the pod's to deal with: nothing piles up here.
    await stdout.flush();
  }
  if (stdout.closed.aborted) return EXIT.outputClosed;
  if (!hasEnded) throw wentAway(name);
  return EXIT.finished;
}
