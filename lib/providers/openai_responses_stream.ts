import { newId } from "../base/mod.ts";
import type { StopReason } from "../protocol/mod.ts";
import { streamError } from "./call_error.ts";
import type { EventReader } from "./event_stream.ts";
import type { BlockHead, ModelEvent, ReasoningData, Usage } from "./model.ts";
import type { OutputItem, Part, ResponsesEvent } from "./openai_responses_event.ts";
import { responseFailure } from "./openai_responses_failure.ts";

type Place = Pick<ResponsesEvent, "output_index" | "content_index">;

/** A block that is being written. */
interface OpenBlock {
  readonly index: number;
  /** The key under which it is open. */
  readonly place: string;
  readonly kind: BlockHead["kind"];
  isEmpty: boolean;
  /** Of thinking: which part is being written, and what there is so far. */
  part?: string;
  summary: string[];
  text: string;
}

const CALLS = new Set(["function_call", "custom_tool_call"]);

/** Why an answer was cut, where that is an answer all the same. */
const CUT_REASONS: Readonly<Record<string, StopReason>> = {
  content_filter: "refusal",
  max_output_tokens: "max_tokens",
};

/** Stands between the parts of what the model thought. */
const PART_SEPARATOR = "\n\n";

/**
 * Reads one Responses stream (spec 20 §6.3). A call, a part of a message and a piece of reasoning are
 * one block each. Blocks of text and thinking open with their first text, since an answer that fails
 * before anything was shown can be asked for again.
 */
export class ResponsesReader implements EventReader<ResponsesEvent> {
  stopReason: StopReason | undefined;
  /** By the place that the server gives them: of an item, or of a part in an item. */
  readonly #open = new Map<string, OpenBlock>();
  readonly #closed = new Set<string>();
  /** What the messages are, by the place of their item. */
  readonly #phases = new Map<string, string | null | undefined>();
  #nextIndex = 0;
  #reason: StopReason = "end_turn";

  read(event: ResponsesEvent, out: ModelEvent[]): void {
    switch (event.type) {
      case "response.output_text.delta":
        return this.#write(event, "text", event.delta, out);
      case "response.refusal.delta":
        return this.#write(event, "refusal", event.delta, out);
      case "response.reasoning_text.delta":
      case "response.reasoning_summary_text.delta":
        return this.#think(event, out);
      case "response.function_call_arguments.delta":
      case "response.custom_tool_call_input.delta":
        return this.#push(this.#open.get(itemPlace(event)), event.delta, out);
      case "response.function_call_arguments.done":
        return this.#complete(this.#open.get(itemPlace(event)), event.arguments, out);
      case "response.content_part.done":
        return this.#endPart(event, event.part, out);
      case "response.output_item.added":
        return this.#startItem(event, out);
      case "response.output_item.done":
        return this.#endItem(event, out);
      case "response.completed":
        reportUsage(event, out);
        return this.#finish(this.#reason, out);
      case "response.incomplete":
      case "response.failed":
        reportUsage(event, out);
        return this.#cut(event, out);
      case "error":
        throw streamError(event, undefined);
    }
  }

  #startItem(event: ResponsesEvent, out: ModelEvent[]): void {
    const { item } = event;
    const place = itemPlace(event);
    if (item?.type === "message") this.#phases.set(place, item.phase);
    else if (item !== undefined && CALLS.has(item.type)) this.#startCall(place, item, out);
  }

  /** The end of an item repeats the whole of it, for those who have missed something. */
  #endItem(event: ResponsesEvent, out: ModelEvent[]): void {
    const { item } = event;
    const place = itemPlace(event);
    if (item === undefined || this.#closed.has(place)) return;
    if (item.type === "reasoning") return this.#endReasoning(place, item, out);
    if (CALLS.has(item.type)) return this.#endCall(place, item, out);
    if (item.type !== "message") return;
    this.#phases.set(place, item.phase);
    for (const [content_index, part] of (item.content ?? []).entries()) {
      this.#endPart({ ...event, content_index }, part, out);
    }
  }

  #startCall(place: string, { call_id, name = "" }: OutputItem, out: ModelEvent[]): OpenBlock {
    if (this.#reason === "end_turn") this.#reason = "tool_use";
    const id = call_id || `call_${newId().replaceAll("-", "")}`;
    return this.#start(place, { kind: "tool_call", id, name }, out);
  }

  #endCall(place: string, item: OutputItem, out: ModelEvent[]): void {
    // What the cut of the answer makes of half a call is decided at its end.
    if (item.status === "incomplete") return;
    const block = this.#open.get(place) ?? this.#startCall(place, item, out);
    this.#complete(block, item.arguments ?? item.input, out);
    this.#close(block, out);
  }

  #endPart(at: Place, part: Part | undefined, out: ModelEvent[]): void {
    const place = partPlace(at);
    if (this.#closed.has(place)) return;
    if (!this.#open.has(place)) {
      if (part?.type === "output_text") this.#write(at, "text", part.text, out);
      if (part?.type === "refusal") this.#write(at, "refusal", part.refusal, out);
    }
    const block = this.#open.get(place);
    if (block !== undefined) this.#close(block, out);
  }

  #endReasoning(place: string, item: OutputItem, out: ModelEvent[]): void {
    const block = this.#open.get(place) ?? this.#start(place, { kind: "thinking" }, out);
    const summary = textsOf(item.summary);
    const content = textsOf(item.content);
    if (summary.length > 0) block.summary = summary;
    if (content.length > 0) block.text = content.join("");
    this.#complete(block, block.text || block.summary.join(PART_SEPARATOR), out);
    this.#close(block, out, item.encrypted_content);
  }

  #write(
    at: Place,
    kind: "text" | "refusal",
    text: string | undefined,
    out: ModelEvent[],
  ): void {
    if (!text) return;
    if (kind === "refusal") this.#reason = "refusal";
    const block = this.#open.get(partPlace(at)) ?? this.#startPart(at, kind, out);
    this.#push(block, text, out);
  }

  #startPart(at: Place, kind: "text" | "refusal", out: ModelEvent[]): OpenBlock {
    const phase = this.#phases.get(itemPlace(at));
    return this.#start(partPlace(at), { kind, ...(phase && { phase }) }, out);
  }

  /** Both what the model thought and what it says about it is shown; they are kept apart. */
  #think(event: ResponsesEvent, out: ModelEvent[]): void {
    const { delta, summary_index, content_index } = event;
    if (!delta) return;
    const place = itemPlace(event);
    const block = this.#open.get(place) ?? this.#start(place, { kind: "thinking" }, out);
    const part = `${summary_index}/${content_index}`;
    if (block.part !== undefined && block.part !== part) this.#push(block, PART_SEPARATOR, out);
    block.part = part;
    if (summary_index === undefined) block.text += delta;
    else block.summary[summary_index] = (block.summary[summary_index] ?? "") + delta;
    this.#push(block, delta, out);
  }

  #start(place: string, head: BlockHead, out: ModelEvent[]): OpenBlock {
    const before = this.#open.get(place);
    if (before !== undefined) this.#close(before, out);
    const index = this.#nextIndex++;
    const { kind } = head;
    const block: OpenBlock = { index, place, kind, isEmpty: true, summary: [], text: "" };
    this.#open.set(place, block);
    this.#closed.delete(place);
    out.push({ type: "block_start", index, block: head });
    return block;
  }

  #push(block: OpenBlock | undefined, text: string | undefined, out: ModelEvent[]): void {
    if (block === undefined || !text) return;
    block.isEmpty = false;
    out.push({ type: "block_delta", index: block.index, text });
  }

  /** @param whole counts when there were no deltas. */
  #complete(block: OpenBlock | undefined, whole: string | undefined, out: ModelEvent[]): void {
    if (block?.isEmpty) this.#push(block, whole, out);
  }

  #close(block: OpenBlock, out: ModelEvent[], encrypted?: string | null): void {
    const { index, place, kind } = block;
    this.#open.delete(place);
    this.#closed.add(place);
    if (kind !== "thinking") out.push({ type: "block_stop", index });
    else out.push({ type: "block_stop", index, reasoning: reasoningData(block, encrypted) });
  }

  #cut(event: ResponsesEvent, out: ModelEvent[]): void {
    const { response = {} } = event;
    const reason = event.type === "response.incomplete"
      ? CUT_REASONS[response.incomplete_details?.reason ?? ""]
      : undefined;
    if (reason === undefined) throw responseFailure(event.type, response);
    this.#finish(reason, out);
  }

  /** Half a call of an answer that was filtered stays open and thus unheard of. */
  #finish(reason: StopReason, out: ModelEvent[]): void {
    for (const block of this.#open.values()) {
      if (reason !== "refusal" || block.kind !== "tool_call") this.#close(block, out);
    }
    this.stopReason = reason;
  }
}

function itemPlace({ output_index = 0 }: Place): string {
  return `${output_index}`;
}

function partPlace({ output_index = 0, content_index = 0 }: Place): string {
  return `${output_index}/${content_index}`;
}

function textsOf(parts: readonly Part[] | null | undefined): string[] {
  return (parts ?? []).flatMap(({ text }) => text ? [text] : []);
}

function reasoningData(
  { summary, text }: OpenBlock,
  encrypted: string | null | undefined,
): ReasoningData {
  const summaries = summary.filter((part) => part !== "");
  return {
    scheme: "openai_responses",
    text,
    ...(summaries.length > 0 && { summary: summaries }),
    ...(encrypted && { encryptedContent: encrypted }),
  };
}

function reportUsage({ response }: ResponsesEvent, out: ModelEvent[]): void {
  if (!response?.usage) return;
  const { input_tokens, output_tokens, input_tokens_details: details } = response.usage;
  const usage: Usage = {
    inputTokens: input_tokens ?? null,
    outputTokens: output_tokens ?? null,
    cacheReadTokens: details?.cached_tokens ?? null,
    cacheWriteTokens: details?.cache_write_tokens ?? null,
  };
  out.push({ type: "usage", usage });
}
