import { type Event, type InFlightBlock, type Item, messageText } from "../protocol/mod.ts";

type InFlightText = Extract<InFlightBlock, { kind: "text" | "thinking" }>;

/**
 * The content blocks that clients have seen and the log does not hold yet, for those who come late
 * (spec 10 §8.3). Fed with every event and every committed item, in order.
 */
export class InFlightBlocks {
  #blocks: InFlightBlock[] = [];

  /** The blocks that are worth telling of. */
  get blocks(): InFlightBlock[] {
    return this.#blocks.filter((block) => {
      if (block.kind === "text") return block.text !== "";
      return block.kind !== "thinking" || block.text !== "" || !block.finished;
    });
  }

  /** Takes what has been shown to clients. */
  add(event: Event): void {
    switch (event.event) {
      case "text_delta":
        return this.#extend("text", event.data.text);
      case "text_done":
        return this.#finish("text", event.data.text);
      case "thinking_start":
        this.#blocks.push({ kind: "thinking", text: "" });
        return;
      case "thinking_delta":
        return this.#extend("thinking", event.data.text);
      case "thinking_done":
        return this.#finish("thinking", event.data.text);
      case "tool_call_start": {
        const { id, name } = event.data;
        this.#blocks.push({ kind: "tool_call", id, name, args: "" });
        return;
      }
      case "tool_call_args_delta": {
        const { id, json } = event.data;
        return this.#change(id, (args) => ({ args: args + json, state: "streaming_args" }));
      }
      case "tool_call_done":
        return this.#change(event.data.id, () => ({ args: event.data.arguments, state: "done" }));
      case "llm_continuation":
      case "run_end":
      case "error":
        return this.clear();
    }
  }

  /** Takes what is now in the log and therefore in every snapshot. */
  committed(item: Item): void {
    const isAnswer = item.kind === "message" && item.role === "assistant";
    if (isAnswer) return this.#removeTexts(messageText(item));
    const index = this.#blocks.findIndex((block) => isOf(block, item));
    if (index >= 0) this.#blocks.splice(index, 1);
  }

  clear(): void {
    this.#blocks = [];
  }

  #extend(kind: "text" | "thinking", text: string): void {
    const open = this.#open(kind);
    if (open !== undefined) open.text += text;
    else this.#blocks.push({ kind, text });
  }

  /** @param whole counts when there were no deltas. */
  #finish(kind: "text" | "thinking", whole: string): void {
    const open = this.#open(kind);
    if (open === undefined) return;
    open.text ||= whole;
    open.finished = true;
  }

  /** Neighbouring texts of an answer are one message: all that it is made of go. */
  #removeTexts(message: string): void {
    let rest = message;
    this.#blocks = this.#blocks.filter((block) => {
      if (block.kind !== "text" || rest === "" || !rest.startsWith(block.text)) return true;
      rest = rest.slice(block.text.length);
      return false;
    });
  }

  #open(kind: "text" | "thinking"): InFlightText | undefined {
    return this.#blocks
      .filter((block) => block.kind !== "tool_call")
      .findLast((block) => block.kind === kind && !block.finished);
  }

  #change(
    id: string,
    change: (args: string) => { args: string; state: "streaming_args" | "done" },
  ): void {
    const block = this.#blocks.findLast((block) => block.kind === "tool_call" && block.id === id);
    if (block?.kind === "tool_call") Object.assign(block, change(block.args));
  }
}

/** An answer's items are committed in the order of its blocks, so the first that fits is the one. */
function isOf(block: InFlightBlock, item: Item): boolean {
  if (block.kind === "tool_call") return item.kind === "tool_call" && item.call_id === block.id;
  if (block.kind !== "thinking" || item.kind !== "reasoning") return false;
  // A thought of which nothing was shown may be no item at all.
  const isShown = item.text !== "" || item.summary !== undefined;
  return isShown === (block.text !== "");
}
