import * as v from "valibot";
import { isJsonObject, truncateBytes } from "../base/mod.ts";
import {
  type Event,
  type Method,
  parseMethod,
  ProtocolError,
  type RequestId,
  requestId,
} from "../protocol/mod.ts";
import { type Line, LineError } from "./line_decoder.ts";

/** An answer says what is wrong with a line; it does not send a long one back. */
const MAX_MESSAGE_BYTES = 1000;

/** A line of a client as the method that it holds, or as the answer that refuses it (spec 10 §1.5). */
export function readMethod(line: Line): Method | Extract<Event, { event: "error" }> {
  if (line instanceof LineError) return refusal(`invalid method: ${line.message}`);
  try {
    return parseMethod(line);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ...refusal(error.message), ...replyTo(line) };
  }
}

function refusal(message: string): Extract<Event, { event: "error" }> {
  return {
    event: "error",
    data: { code: "invalid_request", message: truncateBytes(message, MAX_MESSAGE_BYTES) },
  };
}

/** The client's own id of a request that is otherwise wrong. */
function replyTo(line: string): { reply_to?: RequestId } {
  try {
    const value: unknown = JSON.parse(line);
    const id = isJsonObject(value) ? value.id : undefined;
    return v.is(requestId, id) ? { reply_to: id } : {};
  } catch (error) {
    // No JSON, no id.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
