import type { PodClient } from "../ipc/mod.ts";
import { type Entry, type Event, flattenSegments, messageText } from "../protocol/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { connectPod } from "./pod_connection.ts";
import { isLiveWorkflow, withReferences } from "./references.ts";

/**
 * `pod attach`: shows what a live pod has said and says, and sends it what is typed, a line at a time.
 * Ctrl-C pauses the pod, a second one leaves it alone, as does the end of the input.
 */
export async function attachCommand(console: PodConsole, name: string): Promise<number> {
  using client = await connectPod(name);
  const renderer = console.createRenderer("text", { structured: false, quiet: false });
  const { snapshot } = client;
  for (const entry of snapshot.data.entries) console.stdout.write(describeEntry(entry));
  console.stderr.write(`[${name} is ${snapshot.data.status}; Ctrl-C pauses, Ctrl-D leaves]\n`);
  renderer.event(snapshot);

  /** What was typed here comes back as an event; it is on the screen already. */
  const typed: string[] = [];
  const leave = () => client.close();
  const interrupt = interruptHandler(client, console, leave);
  Deno.addSignalListener("SIGINT", interrupt);
  void sendTypedLines(client, typed).then(leave);
  try {
    for await (const event of client) {
      renderer.event(event);
      console.stderr.write(describeEvent(event, typed));
    }
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
  return EXIT.finished;
}

function interruptHandler(client: PodClient, { stderr }: PodConsole, leave: () => void) {
  let isAsked = false;
  return () => {
    if (isAsked) return leave();
    isAsked = true;
    stderr.write("\n[pausing; Ctrl-C again leaves the pod as it is]\n");
    void client.send({ method: "pause" });
  };
}

/** Sends lines as they are typed, until there are no more. */
async function sendTypedLines(client: PodClient, typed: string[]): Promise<void> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() === "") continue;
      typed.push(line);
      const { cwd, pod_name } = client.snapshot.data.greeting;
      const text = { kind: "text" as const, content: line };
      const input = await withReferences([text], cwd, (slug) => isLiveWorkflow(pod_name, slug));
      await client.send({ method: "run", params: { input } });
    }
  }
}

/** An entry of the history as a person reads it. */
function describeEntry(entry: Entry): string {
  if (entry.kind === "user_input") return `> ${flattenSegments(entry.segments)}\n`;
  if (entry.kind === "assistant_item" && entry.item.kind === "message") {
    return `${messageText(entry.item)}\n`;
  }
  if (entry.kind === "system_item") return `${entry.item.body}\n`;
  return "";
}

/** What the renderer of a single run leaves out: what others say, and how things stand. */
function describeEvent(event: Event, typed: string[]): string {
  switch (event.event) {
    case "user_message": {
      const text = flattenSegments(event.data.segments);
      if (typed[0] !== text) return `> ${text}\n`;
      typed.shift();
      return "";
    }
    case "system_item":
      return `${event.data.item.body}\n`;
    case "error":
      if (event.reply_to === undefined) typed.shift();
      return `[${event.data.message}]\n`;
    case "run_end":
      return `[${event.data.result}]\n`;
    case "shutdown":
      return "[the pod has ended]\n";
    default:
      return "";
  }
}
