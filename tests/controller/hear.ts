import type { PodClient } from "../../lib/ipc/mod.ts";
import {
  type Event,
  flattenSegments,
  type Item,
  messageText,
  type Method,
} from "../../lib/protocol/mod.ts";
import { RawClient } from "../support/raw_client.ts";
import { inTime } from "../support/in_time.ts";

/** Whoever gets events one by one. */
type Listener = Pick<PodClient, "receive">;

/** What an event says, in short. */
export function saying(about: Event): string {
  switch (about.event) {
    case "status":
      return `status ${about.data.status}`;
    case "run_end":
      return `run_end ${about.data.result}`;
    case "error":
      return `error ${about.data.code}: ${about.data.message}`;
    case "invoke_start":
      return `invoke_start ${about.data.kind}`;
    case "user_message":
      return `user_message ${flattenSegments(about.data.segments)}`;
    case "system_item":
      return `system_item ${about.data.item.kind}`;
    case "turn_start":
    case "turn_end":
      return `${about.event} ${about.data.turn}`;
    case "llm_call_start":
    case "llm_call_end":
      return `${about.event} ${about.data.llm_call}`;
    case "text_delta":
    case "text_done":
      return `${about.event} ${about.data.text}`;
    case "tool_result":
      return `tool_result ${about.data.id} ${about.data.summary}`;
    case "alert":
      return `alert ${about.data.level} ${about.data.source}: ${about.data.message}`;
    default:
      return about.event;
  }
}

/** The next event for a client, in short; null at the end of the connection. */
export async function hear(client: Listener): Promise<string | null> {
  const event = await inTime("the next event", client.receive());
  return event === null ? null : saying(event);
}

/** What a client hears up to the first event that begins with `last`, or matches it. */
export async function hearUntil(client: Listener, last: string | RegExp): Promise<string[]> {
  const isLast = (line: string) =>
    typeof last === "string" ? line.startsWith(last) : last.test(line);
  const heard: string[] = [];
  for (;;) {
    const next = await hear(client);
    if (next === null) throw new Error(`the pod left before "${last}" came: ${heard.join(", ")}`);
    heard.push(next);
    if (isLast(next)) return heard;
  }
}

/** A question that is answered at once, whatever the pod is doing. */
export const MARKER: Method = {
  method: "list_completions",
  params: { kind: "workflow", prefix: "" },
};

/** What a client hears before the pod answers a question that it now asks. */
export async function hearSoFar(client: PodClient): Promise<string[]> {
  await client.send(MARKER);
  return (await hearUntil(client, "completions")).slice(0, -1);
}

export { userInput } from "../support/talk.ts";

export function notification(message: string): Method {
  return { method: "notify", params: { message } };
}

export function turnEnded(podName: string): Method {
  return { method: "pod_event", params: { kind: "turn_ended", pod_name: podName } };
}

/** A client that has read its snapshot and sends text as it is. */
export async function connectRaw(path: string) {
  const client = await RawClient.connect(path);
  await client.readUntil('"snapshot"');
  return {
    async receive(): Promise<Event | null> {
      return JSON.parse(await client.readLine() ?? "null");
    },
    write: (text: string) => client.write(text),
    /** Sends all methods in one write. */
    send: (...methods: Method[]) =>
      client.write(methods.map((method) => `${JSON.stringify(method)}\n`).join("")),
    closeWrite: () => client.closeWrite(),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

/** The items of a history, in short. */
export function inShort(items: readonly Item[] | undefined): string[] {
  return (items ?? []).map((item) => {
    switch (item.kind) {
      case "message":
        return `${item.role}: ${messageText(item)}`;
      case "reasoning":
        return `reasoning: ${item.text}`;
      case "tool_call":
        return `call ${item.call_id}`;
      case "tool_result":
        return `result ${item.call_id} ${item.summary}`;
    }
  });
}
