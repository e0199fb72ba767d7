import { createParser, type EventSourceMessage } from "eventsource-parser";

/** What an event of the wire means to a scheme; undefined: nothing. */
export type ParseEvent<Wire> = (message: EventSourceMessage) => Wire | undefined;

/** The data that ends a stream of events in some APIs. */
const DONE = "[DONE]";

/** The events of a response, each as `parse` reads it; ends early only with what `parse` throws. */
export async function* wireEvents<Wire>(
  { body }: Response,
  parse: ParseEvent<Wire>,
): AsyncGenerator<Wire> {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const decoder = new TextDecoder();
  for await (const bytes of body ?? []) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const message of messages.splice(0)) {
      if (message.data === DONE) return;
      const event = parse(message);
      if (event !== undefined) yield event;
    }
  }
}
