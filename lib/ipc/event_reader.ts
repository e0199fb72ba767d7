import { type Event, parseEvent, ProtocolError } from "../protocol/mod.ts";
import { untilHangUp } from "./hang_up.ts";
import { type Line, LineError } from "./line_decoder.ts";
import { readLines } from "./read_lines.ts";

/** Reads the events of a pod. Lines that this version does not know are passed over (spec 10 W-27). */
export class EventReader {
  readonly #lines: ReturnType<typeof readLines>;
  /** Read, but not asked for yet. */
  readonly #events: Event[] = [];

  constructor(connection: Deno.Conn) {
    // A snapshot may be of any length.
    this.#lines = readLines(untilHangUp(connection), Infinity);
  }

  /** The next event; null when either side has closed the connection. */
  async next(): Promise<Event | null> {
    while (this.#events.length === 0) {
      const { value: lines } = await this.#lines.next();
      if (lines === undefined) return null;
      for (const line of lines) this.#take(line);
    }
    return this.#events.shift() ?? null;
  }

  #take(line: Line): void {
    if (line instanceof LineError) return;
    try {
      this.#events.push(parseEvent(JSON.parse(line)));
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof SyntaxError)) throw error;
    }
  }
}
