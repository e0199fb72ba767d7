import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { connectPod } from "./pod_connection.ts";

/** `pod events`: everything that a live pod tells, a line of JSON each, until it ends. */
export async function eventsCommand(console: PodConsole, name: string): Promise<number> {
  using client = await connectPod(name);
  const close = () => client.close();
  console.stdout.closed.addEventListener("abort", close);
  for (const alert of client.alerts) console.stdout.write(`${JSON.stringify(alert)}\n`);
  console.stdout.write(`${JSON.stringify(client.snapshot)}\n`);
  for await (const event of client) {
    console.stdout.write(`${JSON.stringify(event)}\n`);
    if (console.stdout.closed.aborted) return EXIT.outputClosed;
  }
  return EXIT.finished;
}
