import type { PodConsole } from "./console.ts";
import { Attached } from "./attached.ts";
import { EXIT } from "./exit_code.ts";
import { connectPod, wentAway } from "./pod_connection.ts";

/**
 * `pod attach`: shows what a live pod has said and says, and sends it what is typed, a line at a time.
 * Ctrl-C pauses the pod, a second one leaves it as it is, as does the end of the input.
 */
export async function attachCommand(
  { stdin, stdout, createConversation }: PodConsole,
  name: string,
): Promise<number> {
  using client = await connectPod(name);
  const view = createConversation();
  for (const event of [...client.alerts, client.snapshot]) view.event(event);
  view.note(`${name} is ${client.snapshot.data.status}; Ctrl-C pauses it, Ctrl-D leaves it alone`);

  const attached = new Attached(client, view, stdin.isTerminal());
  const interrupt = () => attached.interrupt();
  Deno.addSignalListener("SIGINT", interrupt);
  stdout.closed.addEventListener("abort", () => client.close());
  void attached.send(Deno.stdin.readable);
  let hasEnded = false;
  for await (const event of client) {
    attached.hear(event);
    hasEnded ||= event.event === "shutdown";
  }
  Deno.removeSignalListener("SIGINT", interrupt);
  if (stdout.closed.aborted) return EXIT.outputClosed;
  if (hasEnded) return EXIT.finished;
  if (!attached.hasLeft) throw wentAway(name);
  view.note(`detached from ${name}`);
  return attached.wasRefused && !stdin.isTerminal() ? EXIT.failed : EXIT.finished;
}
