import { createParser } from "eventsource-parser";
import type { GeminiChunk } from "./gemini_stream.ts";

/**
 * The chunks of a response. Under load the API breaks a stream off with its error as bare JSON that
 * is no event; this is the last chunk then.
 *
 * @throws {SyntaxError} when a chunk is not JSON.
 */
export async function* geminiChunks({ body }: Response): AsyncGenerator<GeminiChunk> {
  const events: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body ?? []) {
    const text = decoder.decode(bytes, { stream: true });
    parser.feed(text);
    rest = afterLastEvent(rest + text);
    for (const json of events.splice(0)) yield JSON.parse(json);
  }
  if (rest.startsWith("{")) yield JSON.parse(rest);
}

/** What follows the last empty line: that is what ends an event. */
function afterLastEvent(text: string): string {
  const end = Math.max(text.lastIndexOf("\n\n"), text.lastIndexOf("\n\r\n"));
  return text.slice(end + 1).trimStart();
}
