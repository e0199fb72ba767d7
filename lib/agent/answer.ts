import type { ContentPart, Event, Item, StopReason, ToolCallItem } from "../protocol/mod.ts";
import type { BlockHead, ModelEvent, ReasoningData, Usage } from "../providers/mod.ts";
import { formatArguments, parseArguments } from "./tool_arguments.ts";

type MessageHead = Extract<BlockHead, { kind: "text" | "refusal" }>;

interface Block {
  readonly head: BlockHead;
  text: string;
  closed: boolean;
  reasoning?: ReasoningData;
}

/** A tool call of an answer. */
export interface AnsweredCall {
  readonly call: ToolCallItem;
  /** Why the call cannot be run, when its arguments are unusable. */
  readonly problem?: string;
}

/**
 * Puts one answer together from a model's stream: each model event becomes the client event that
 * shows it; at the end the closed blocks become history items, in the order of the stream.
 */
export class Answer {
  /** Who gives it, as `--model` names it; to be set before there is anything in it. */
  model = "";
  readonly #blocks = new Map<number, Block>();
  /** The newest usage report, or null when the provider sent none. */
  usage: Usage | null = null;
  /** Null until the stream came to its proper end. */
  stopReason: StopReason | null = null;

  /** Takes the next event of the stream; returns what clients are to see of it. */
  add(event: ModelEvent): Event | undefined {
    switch (event.type) {
      case "block_start":
        return this.#open(event.index, event.block);
      case "block_delta":
        return this.#extend(event.index, event.text);
      case "block_stop":
        return this.#close(event.index, event.reasoning);
      case "usage":
        this.usage = event.usage;
        return undefined;
      case "stop":
        this.stopReason = event.reason;
        return undefined;
    }
  }

  /** Whether the provider gave neither content nor usage: no real model ends like that. */
  get isEmpty(): boolean {
    return this.usage === null && this.items().length === 0;
  }

  /** The history items of the answer. */
  items(): Item[] {
    const items: Item[] = [];
    for (const block of this.#blocks.values()) {
      if (block.closed) addItem(items, block, this.model);
    }
    return items;
  }

  /**
   * What of a broken answer can stay in the history: whole texts, each with the thoughts right before
   * it, which providers take in no other place. Calls are never among them.
   */
  keptItems(): Item[] {
    const items = this.items();
    return items.filter((item, index) => {
      const led = items.slice(index).find(({ kind }) => kind !== "reasoning");
      return item.kind !== "tool_call" && led?.kind === "message";
    });
  }

  /** The tool calls among `items()`, with what is wrong about them. */
  calls(items: readonly Item[]): AnsweredCall[] {
    const problems = new Map<string, string | undefined>();
    for (const { head, text } of this.#blocks.values()) {
      if (head.kind === "tool_call") problems.set(head.id, parseArguments(text).problem);
    }
    return items
      .filter((item) => item.kind === "tool_call")
      .map((call) => ({ call, problem: problems.get(call.call_id) }));
  }

  #open(index: number, head: BlockHead): Event | undefined {
    this.#blocks.set(index, { head, text: "", closed: false });
    switch (head.kind) {
      case "thinking":
        return { event: "thinking_start" };
      case "tool_call":
        return { event: "tool_call_start", data: { id: head.id, name: head.name } };
      default:
        return undefined;
    }
  }

  #extend(index: number, text: string): Event | undefined {
    const block = this.#blocks.get(index);
    if (block === undefined) return undefined;
    block.text += text;
    switch (block.head.kind) {
      case "thinking":
        return { event: "thinking_delta", data: { text } };
      case "tool_call":
        return { event: "tool_call_args_delta", data: { id: block.head.id, json: text } };
      default:
        return { event: "text_delta", data: { text } };
    }
  }

  #close(index: number, reasoning?: ReasoningData): Event | undefined {
    const block = this.#blocks.get(index);
    if (block === undefined) return undefined;
    block.closed = true;
    block.reasoning = reasoning;
    const { head } = block;
    switch (head.kind) {
      case "thinking":
        return { event: "thinking_done", data: { text: reasoning?.text || block.text } };
      case "tool_call":
        return {
          event: "tool_call_done",
          data: { id: head.id, name: head.name, arguments: argumentsOf(block) },
        };
      default:
        return { event: "text_done", data: { text: block.text } };
    }
  }
}

function argumentsOf(block: Block): string {
  return formatArguments(parseArguments(block.text).input);
}

function addItem(items: Item[], block: Block, model: string): void {
  const { head } = block;
  switch (head.kind) {
    case "tool_call":
      items.push({
        kind: "tool_call",
        call_id: head.id,
        name: head.name,
        arguments: argumentsOf(block),
      });
      return;
    case "thinking":
      addReasoning(items, block, model);
      return;
    default:
      addMessagePart(items, block.text, head);
  }
}

function addReasoning(items: Item[], { text, reasoning }: Block, model: string): void {
  const whole = reasoning?.text ?? text;
  const { scheme, summary = [], encryptedContent, signature } = reasoning ?? {};
  if (!whole && summary.length === 0 && !encryptedContent && !signature) return;
  items.push({
    kind: "reasoning",
    text: whole,
    ...(summary.length > 0 && { summary }),
    ...(encryptedContent && { encrypted_content: encryptedContent }),
    ...(signature && { signature }),
    ...(scheme && { scheme, model }),
  });
}

/** Neighbouring text blocks of one phase are one message, and its texts one part. */
function addMessagePart(items: Item[], text: string, { kind, phase }: MessageHead): void {
  if (text === "") return;
  const last = items.at(-1);
  const message = last?.kind === "message" && last.phase === phase ? last : undefined;
  const part = message?.content.at(-1);
  if (kind === "text" && part?.kind === "text") {
    part.text += text;
    return;
  }
  const added: ContentPart = kind === "text" ? { kind, text } : { kind, refusal: text };
  if (message !== undefined) message.content.push(added);
  else items.push(answerMessage(added, phase));
}

function answerMessage(part: ContentPart, phase: string | undefined): Item {
  return { kind: "message", role: "assistant", content: [part], ...(phase && { phase }) };
}
