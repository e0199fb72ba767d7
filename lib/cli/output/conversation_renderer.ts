import { printable } from "../../base/mod.ts";
import {
  type Entry,
  type Event,
  flattenSegments,
  type InFlightBlock,
  type InputSegment,
  type Item,
  messageText,
  parseEntry,
  type PodStatus,
  ProtocolError,
  type RunResult,
  type SystemItem,
} from "../../protocol/mod.ts";
import { oneLine, type Style } from "./style.ts";
import { COMPACTING, type TextRenderer } from "./text_renderer.ts";

/**
 * A pod's whole conversation, for people who watch it: what everybody says and how things stand. What was
 * said before one came looks as if one had been there.
 */
export class ConversationRenderer {
  readonly #text: TextRenderer;
  readonly #style: Style;
  #status: PodStatus = "idle";
  /** Whether the last thing that was told is an error. */
  #hasFailed = false;

  /** @param text shows what the model says and does */
  constructor(text: TextRenderer, style: Style) {
    this.#text = text;
    this.#style = style;
  }

  event(event: Event): void {
    this.#show(event);
    this.#hasFailed = event.event === "error";
  }

  /** Says something about the conversation. */
  note(text: string): void {
    this.#text.note(this.#style.dim(`[${printable(text)}]`));
  }

  /** Leaves the line on which somebody was typing. */
  newLine(): void {
    this.#text.newLine();
  }

  #show(event: Event): void {
    switch (event.event) {
      case "snapshot":
        return this.#snapshot(event.data);
      case "user_message":
        return this.#input(event.data.segments);
      case "system_item":
        return this.#system(event.data.item);
      case "run_end":
        return this.note(END_NOTES[event.data.result]);
      case "error":
        return this.note(event.data.message);
      case "status":
        return this.#changeStatus(event.data.status);
      case "rewind_applied": {
        const input = oneLine(flattenSegments(event.data.input), REWOUND_WIDTH);
        return this.note(`rewound: the conversation goes on from before "${input}"`);
      }
      case "compact_start":
        return this.note(COMPACTING);
      case "compact_failed":
        // Of one that failed, an alert tells.
        if (event.data.error !== "Cancelled") return;
        return this.note("the compaction was stopped; the conversation is as it was");
      case "shutdown":
        return this.note("the pod has ended");
      default:
        this.#text.event(event);
    }
  }

  #snapshot(
    { entries, in_flight, compacting, status }: Extract<Event, { event: "snapshot" }>["data"],
  ): void {
    for (const entry of entries) this.#entry(entry);
    for (const block of in_flight?.blocks ?? []) this.#block(block);
    if (compacting) this.note(COMPACTING);
    this.#status = status;
  }

  /** Of an entry that this version does not know, nothing is shown. */
  #entry(value: unknown): void {
    let entry: Entry;
    try {
      entry = parseEntry(value);
    } catch (error) {
      if (error instanceof ProtocolError) return;
      throw error;
    }
    switch (entry.kind) {
      case "segment_start":
        return entry.history.forEach((item) => this.#item(item));
      case "user_input":
        return this.#input(entry.segments);
      case "system_item":
        return this.#system(entry.item);
      case "assistant_item":
      case "tool_result":
        return this.#item(entry.item);
    }
  }

  #item(item: Item): void {
    switch (item.kind) {
      case "message":
        return this.#message(item.role, messageText(item));
      case "reasoning":
        return this.#block({ kind: "thinking", text: item.text, finished: true });
      case "tool_call": {
        const { call_id: id, name, arguments: args } = item;
        return this.#block({ kind: "tool_call", id, name, args, state: "done" });
      }
      case "tool_result": {
        const { call_id: id, summary, is_error = false } = item;
        return this.#text.event({ event: "tool_result", data: { id, summary, is_error } });
      }
    }
  }

  #message(role: "user" | "assistant" | "system", text: string): void {
    if (role === "user") return this.#input([{ kind: "text", content: text }]);
    if (role === "system") return this.#line(gistOf(text));
    this.#block({ kind: "text", text, finished: true });
  }

  /** What has come of a block so far; the rest of one that is not finished comes as events. */
  #block(block: InFlightBlock): void {
    for (const event of eventsOf(block)) this.#text.event(event);
  }

  #input(segments: readonly InputSegment[]): void {
    this.#line(`\n> ${flattenSegments(segments).trimEnd().replaceAll("\n", "\n  ")}`);
  }

  #system(item: SystemItem): void {
    if (item.kind === "notification") this.#line(`${NOTIFICATION} ${item.message.trimEnd()}`);
    else this.#line(gistOf(item.body));
  }

  #line(text: string): void {
    this.#text.line(printable(text));
  }

  /** The ends of runs speak for themselves. */
  #changeStatus(status: PodStatus): void {
    if (this.#status === "paused" && status === "idle") this.note("the paused turn is given up");
    if (this.#hasFailed && status === "paused") this.note("paused: resume it to try again");
    this.#status = status;
  }
}

const END_NOTES: Readonly<Record<RunResult, string>> = {
  finished: "finished",
  limit_reached: "the turn limit is reached",
  paused: "paused",
  rolled_back: "stopped before the model had said anything: the last input is taken back",
};

/** How much of an input names it. */
const REWOUND_WIDTH = 60;

const NOTIFICATION = "[Notification]";

/** What the model is told in full, in one line. */
function gistOf(body: string): string {
  const [first = "", second = ""] = body.split("\n");
  return first === NOTIFICATION ? `${first} ${second}` : first;
}

/** The events that make up a block. */
function eventsOf(block: InFlightBlock): Event[] {
  switch (block.kind) {
    case "text": {
      const { text, finished } = block;
      const delta: Event = { event: "text_delta", data: { text } };
      return finished ? [delta, { event: "text_done", data: { text } }] : [delta];
    }
    case "thinking": {
      const { text, finished } = block;
      const begun: Event[] = [
        { event: "thinking_start" },
        { event: "thinking_delta", data: { text } },
      ];
      return finished ? [...begun, { event: "thinking_done", data: { text } }] : begun;
    }
    case "tool_call": {
      const { id, name, args, state } = block;
      if (state !== "done") return [];
      return [{ event: "tool_call_done", data: { id, name, arguments: args } }];
    }
  }
}
