import { type EventReader, readStream } from "./event_stream.ts";
import type { Model, ModelRequest } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";

/** What is a wire scheme's own about asking a model with a key, or with none. */
export interface WireScheme<Event> {
  /** Where requests are posted. */
  readonly url: string;
  readonly headers: Headers;
  /** The JSON body of a request. */
  readonly body: (request: ModelRequest) => object;
  /** The events of a response. */
  readonly events: (response: Response) => AsyncIterable<Event>;
  readonly reader: (request: ModelRequest) => EventReader<Event>;
  /** The text for an event that cannot be read. */
  readonly unreadable: (detail: string) => string;
  readonly unsupported: Model["unsupported"];
}

/** A model that is asked with one POST per call. */
export function wireModel<Event>(
  { info, credential, limits, trace }: ModelSetup,
  { url, headers, body, events, reader, unreadable, unsupported }: WireScheme<Event>,
): Model {
  return {
    info,
    stream: (request, signal) =>
      readStream({
        headers,
        limits,
        trace,
        scheme: info.scheme,
        secret: credential.kind === "api_key" ? credential.key : null,
        reader: reader(request),
        open: async ({ fetch, signal }) => {
          const init = { method: "POST", body: JSON.stringify(body(request)), signal };
          return events(await fetch(url, init));
        },
        unreadable,
      }, signal),
    unsupported,
  };
}
