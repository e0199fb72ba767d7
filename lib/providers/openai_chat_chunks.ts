import { createParser, type EventSourceMessage } from "eventsource-parser";
import { streamError } from "./call_error.ts";
import type { ChatChunk } from "./openai_chat_stream.ts";

/**
 * The chunks of a response, up to the marker at their end.
 *
 * @throws {SyntaxError} when a chunk is not JSON.
 * @throws {ModelError} when the server sends an error instead of one.
 */
export async function* openaiChatChunks({ body }: Response): AsyncGenerator<ChatChunk> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const decoder = new TextDecoder();
  for await (const bytes of body ?? []) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const { event, data } of events) {
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data);
      if (event === "error" || chunk?.error) throw streamError(chunk?.error ?? chunk, undefined);
      yield chunk;
    }
    events.length = 0;
  }
}
