import type { EventSourceMessage } from "eventsource-parser";
import { streamError } from "./call_error.ts";

/**
 * A parsed event of a Responses stream, as far as it is read. Every member may be missing, and event
 * and item types are added all the time: those that are not known here are passed over.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export interface ResponsesEvent {
  readonly type: string;
  readonly output_index?: number;
  readonly content_index?: number;
  readonly summary_index?: number;
  readonly delta?: string;
  /** The whole arguments of a call. */
  readonly arguments?: string;
  readonly part?: Part;
  readonly item?: OutputItem;
  readonly response?: {
    readonly usage?: ResponsesUsage | null;
    readonly incomplete_details?: { readonly reason?: string | null } | null;
  };
}

/**
 * An event as it stands on the wire.
 *
 * @throws {SyntaxError} when it is not JSON.
 * @throws {ModelError} when it is no event but a router's error.
 */
export function parseResponsesEvent({ data }: EventSourceMessage): ResponsesEvent {
  const event = JSON.parse(data);
  if (event?.error && event.type === undefined) throw streamError(event.error, undefined);
  return event;
}

/** An item of the answer, as far as it has come. */
export interface OutputItem {
  readonly type: string;
  readonly status?: string | null;
  /** Of a message. */
  readonly phase?: string | null;
  readonly call_id?: string;
  readonly name?: string;
  /** Of a function call. */
  readonly arguments?: string;
  /** Of a custom tool call. */
  readonly input?: string;
  readonly content?: readonly Part[] | null;
  readonly summary?: readonly Part[] | null;
  readonly encrypted_content?: string | null;
}

/** A part of an item's content or summary. */
export interface Part {
  readonly type: string;
  readonly text?: string;
  readonly refusal?: string;
}

interface ResponsesUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly input_tokens_details?: {
    readonly cached_tokens?: number | null;
    readonly cache_write_tokens?: number | null;
  } | null;
}
