/** The events of a Responses stream, and what becomes of them. */
import type { ModelEvent } from "../../lib/providers/mod.ts";
import type { ResponsesEvent } from "../../lib/providers/openai_responses_event.ts";
import { ResponsesReader } from "../../lib/providers/openai_responses_stream.ts";

/** The model events of a stream, and the reader after it. */
export function read(...events: ResponsesEvent[]) {
  const reader = new ResponsesReader();
  const out: ModelEvent[] = [];
  for (const event of events) reader.read(event, out);
  return { events: out, reason: reader.stopReason };
}

/** What each block of a stream came to, as `[kind, text]`, in order; only closed ones. */
export function blocksOf(events: readonly ModelEvent[]): [kind: string, text: string][] {
  const blocks = new Map<number, { kind: string; text: string; closed: boolean }>();
  for (const event of events) {
    if (event.type === "block_start") {
      blocks.set(event.index, { kind: event.block.kind, text: "", closed: false });
    }
    const block = "index" in event ? blocks.get(event.index) : undefined;
    if (block === undefined) continue;
    if (event.type === "block_delta") block.text += event.text;
    if (event.type === "block_stop") block.closed = true;
  }
  return [...blocks.values()].filter(({ closed }) => closed).map(({ kind, text }) => [kind, text]);
}

export const COMPLETED: ResponsesEvent = { type: "response.completed", response: {} };
export const incomplete = (reason: string): ResponsesEvent => ({
  type: "response.incomplete",
  response: { incomplete_details: { reason }, usage: { input_tokens: 9, output_tokens: 3 } },
});
export const added = (output_index: number, call_id: string): ResponsesEvent => ({
  type: "response.output_item.added",
  output_index,
  item: { type: "function_call", call_id, name: "Read" },
});
export const args = (output_index: number, delta: string): ResponsesEvent => ({
  type: "response.function_call_arguments.delta",
  output_index,
  delta,
});
export const callDone = (output_index: number, call_id: string, rest = {}): ResponsesEvent => ({
  type: "response.output_item.done",
  output_index,
  item: { type: "function_call", call_id, name: "Read", ...rest },
});
export const said = (delta: string, place = {}): ResponsesEvent => ({
  type: "response.output_text.delta",
  output_index: 0,
  content_index: 0,
  delta,
  ...place,
});
export const thought = (item = {}, output_index = 0): ResponsesEvent => ({
  type: "response.output_item.done",
  output_index,
  item: { type: "reasoning", ...item },
});
