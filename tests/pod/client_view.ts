import {
  type Entry,
  type Event,
  flattenSegments,
  type InFlightBlock,
  type Item,
  messageText,
  type PodStatus,
  type SystemItem,
} from "../../lib/protocol/mod.ts";

interface ShownText {
  readonly kind: "text" | "thinking";
  text: string;
  finished: boolean;
}

type Shown =
  | ShownText
  | { readonly kind: "user" | "system"; readonly text: string }
  | { readonly kind: "tool"; readonly id: string; readonly name: string; args: string }
  | { readonly kind: "result"; readonly id: string; readonly text: string };

type Snapshot = Extract<Event, { event: "snapshot" }>;

/** What a client shows, built as spec 10 §8.4 says from a snapshot and what comes after it. */
export class ClientView {
  status: PodStatus;
  #shown: Shown[] = [];

  constructor({ data }: Snapshot) {
    this.status = data.status;
    for (const entry of data.entries) this.#addEntry(entry);
    for (const block of data.in_flight?.blocks ?? []) this.#addBlock(block);
  }

  /** One line a piece. Neighbouring texts are one, as in the log; empty pieces are nothing to see. */
  get lines(): string[] {
    const lines: string[] = [`status ${this.status}`];
    let isText = false;
    for (const piece of this.#shown) {
      const isEmpty = (piece.kind === "thinking" || piece.kind === "text") && piece.text === "";
      if (isEmpty) continue;
      if (piece.kind === "text" && isText) lines.push(`${lines.pop()}${piece.text}`);
      else lines.push(lineOf(piece));
      isText = piece.kind === "text";
    }
    return lines;
  }

  add(event: Event): void {
    switch (event.event) {
      case "status":
        this.status = event.data.status;
        return;
      case "segment_rotated":
        this.#shown = [];
        return this.#addEntry(event.data.entry);
      case "user_message":
        return this.#add({ kind: "user", text: flattenSegments(event.data.segments) });
      case "system_item":
        return this.#addSystemItem(event.data.item);
      case "text_delta":
        return this.#extend("text", event.data.text);
      case "text_done":
        return this.#finish("text", event.data.text);
      case "thinking_start":
        return this.#add({ kind: "thinking", text: "", finished: false });
      case "thinking_delta":
        return this.#extend("thinking", event.data.text);
      case "thinking_done":
        return this.#finish("thinking", event.data.text);
      case "tool_call_start":
        return this.#add({ kind: "tool", id: event.data.id, name: event.data.name, args: "" });
      case "tool_call_args_delta":
        return this.#setArguments(event.data.id, (args) => args + event.data.json);
      case "tool_call_done":
        return this.#setArguments(event.data.id, () => event.data.arguments);
      case "tool_result":
        return this.#add({ kind: "result", id: event.data.id, text: event.data.summary });
      case "run_end":
        if (event.data.result === "rolled_back") {
          this.#shown.splice(this.#shown.findLastIndex(({ kind }) => kind === "user"), 1);
        }
    }
  }

  #add(piece: Shown): void {
    this.#shown.push(piece);
  }

  #addEntry(entry: Entry): void {
    switch (entry.kind) {
      case "segment_start":
        return entry.history.forEach((item) => this.#addItem(item));
      case "user_input":
        return this.#add({ kind: "user", text: flattenSegments(entry.segments) });
      case "assistant_item":
      case "tool_result":
        return this.#addItem(entry.item);
      case "system_item":
        return this.#addSystemItem(entry.item);
    }
  }

  #addItem(item: Item): void {
    switch (item.kind) {
      case "message": {
        const text = messageText(item);
        if (item.role === "assistant") this.#add({ kind: "text", text, finished: true });
        else this.#add({ kind: item.role, text });
        return;
      }
      case "reasoning": {
        const text = item.text || (item.summary ?? []).join("\n\n");
        return this.#add({ kind: "thinking", text, finished: true });
      }
      case "tool_call":
        return this.#add({
          kind: "tool",
          id: item.call_id,
          name: item.name,
          args: item.arguments,
        });
      case "tool_result":
        return this.#add({ kind: "result", id: item.call_id, text: item.summary });
    }
  }

  #addSystemItem(item: SystemItem): void {
    this.#add({ kind: "system", text: item.body });
  }

  #addBlock(block: InFlightBlock): void {
    if (block.kind !== "tool_call") return this.#add({ finished: false, ...block });
    const { id, name, args } = block;
    this.#add({ kind: "tool", id, name, args });
  }

  #extend(kind: "text" | "thinking", text: string): void {
    const open = this.#open(kind);
    if (open === undefined) this.#add({ kind, text, finished: false });
    else open.text += text;
  }

  #finish(kind: "text" | "thinking", text: string): void {
    const open = this.#open(kind);
    if (open === undefined) return this.#add({ kind, text, finished: true });
    open.text ||= text;
    open.finished = true;
  }

  #open(kind: "text" | "thinking"): ShownText | undefined {
    return this.#shown
      .filter((piece): piece is ShownText => piece.kind === "text" || piece.kind === "thinking")
      .findLast((piece) => piece.kind === kind && !piece.finished);
  }

  #setArguments(id: string, change: (args: string) => string): void {
    const tool = this.#shown.findLast((piece) => piece.kind === "tool" && piece.id === id);
    if (tool?.kind === "tool") tool.args = change(tool.args);
  }
}

function lineOf(piece: Shown): string {
  switch (piece.kind) {
    case "tool":
      return `tool ${piece.id} ${piece.name} ${piece.args}`;
    case "result":
      return `result ${piece.id} ${piece.text}`;
    case "text":
      return `text ${piece.text}`;
    case "thinking":
      return `thinking ${piece.text}${piece.finished ? "" : " …"}`;
    default:
      return `${piece.kind} ${piece.text}`;
  }
}
