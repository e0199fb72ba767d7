import type { Step } from "../agent/mod.ts";
import { messageOf, PodError } from "../base/mod.ts";
import type { Entry, Event, InFlightBlock } from "../protocol/mod.ts";
import type { Log } from "../session/mod.ts";
import { commitOf } from "./commit.ts";
import { InFlightBlocks } from "./in_flight.ts";

/** Creates a segment with its first entries, durably, and makes it the pod's own. */
export type CreateLog = (segmentId: string, entries: Entry[]) => Promise<Log>;

/** What a `Journal` starts with. */
export interface JournalParts {
  /** The segment that is written to, or will be. */
  readonly segmentId: string;
  /** Null until the first run creates it. */
  readonly log: Log | null;
  readonly createLog: CreateLog;
  /** Takes every event, in order. */
  readonly publish: (event: Event) => void;
}

/** Events that count as output: a run that has shown one of them is not rolled back. */
const OUTPUT_EVENTS: ReadonlySet<Event["event"]> = new Set([
  "text_delta",
  "thinking_start",
  "tool_call_start",
  "tool_result",
]);

/** Events that tell whether a compaction goes on. */
const COMPACTION_EVENTS: Readonly<Partial<Record<Event["event"], boolean>>> = {
  compact_start: true,
  compact_done: false,
  compact_failed: false,
};

/**
 * The one way by which things get into the log and to the clients, so that both have them in the same
 * order, the log first. Knows what of it a client that comes now would have missed.
 */
export class Journal {
  readonly #createLog: CreateLog;
  readonly #publish: (event: Event) => void;
  readonly #inFlight = new InFlightBlocks();
  #log: Log | null;
  #segmentId: string;
  #hasOutput = false;
  /** Number of the turn that has begun and not ended, or null. */
  #openTurn: number | null = null;
  #isCompacting = false;

  constructor({ segmentId, log, createLog, publish }: JournalParts) {
    this.#segmentId = segmentId;
    this.#log = log;
    this.#createLog = createLog;
    this.#publish = publish;
  }

  get segmentId(): string {
    return this.#segmentId;
  }

  /** Number of entries; 0 while there is no segment. */
  get length(): number {
    return this.#log?.length ?? 0;
  }

  /** Whether there is a segment, and nobody else has written to it. */
  get isReady(): boolean {
    return this.#log !== null && !this.#log.drifted;
  }

  /** Whether the present run has shown anything of the model's. */
  get hasOutput(): boolean {
    return this.#hasOutput;
  }

  /** What has been shown and is not in the log yet. */
  get inFlight(): InFlightBlock[] {
    return this.#inFlight.blocks;
  }

  /** Whether a compaction has been told of and not its end. */
  get isCompacting(): boolean {
    return this.#isCompacting;
  }

  /** The lines of the log, as they were written. */
  readText(): string {
    return this.#log?.readText() ?? "";
  }

  /** The entries of the log. */
  readEntries(): Entry[] {
    return this.#log?.readEntries() ?? [];
  }

  /** Keeps the log as it is now as a segment of its own. */
  copy(segmentId: string): void {
    this.#log?.copy(segmentId);
  }

  /** Goes on in a new segment, whose first entry is told to clients, right after `created`. */
  async rotate(
    segmentId: string,
    start: Entry & { kind: "segment_start" },
    more: Entry[],
    created = () => {},
  ): Promise<void> {
    const log = await this.#createLog(segmentId, [start, ...more]);
    created();
    this.#log?.close();
    this.#log = log;
    this.#segmentId = segmentId;
    this.publish({ event: "segment_rotated", data: { entry: start } });
  }

  /** Forgets what the run before has shown. */
  beginRun(): void {
    this.#hasOutput = false;
    this.#openTurn = null;
    this.#inFlight.clear();
  }

  /** Tells that the turn which goes on, if any, was paused. */
  pauseTurn(): void {
    if (this.#openTurn === null) return;
    this.publish({ event: "turn_end", data: { turn: this.#openTurn, result: "paused" } });
  }

  /**
   * Writes entries, all or none. No item enters memory and no tool runs unless its line is here
   * (spec 30 §2.7).
   *
   * @throws {PodError} `history_append`
   */
  append(...entries: Entry[]): void {
    try {
      if (this.#log === null) throw new Error("there is no segment yet");
      this.#log.append(...entries);
    } catch (error) {
      const message = `History append failed: ${messageOf(error)}`;
      throw new PodError("history_append", message, { cause: error });
    }
  }

  /** When it resolves, what has been written outlives a power cut too. */
  async sync(): Promise<void> {
    await this.#log?.sync();
  }

  /** Makes a step of the turn loop durable, calls `written`, then tells of it. */
  commit(step: Step, written = () => {}): void {
    const { entry, event } = commitOf(step);
    if (entry !== undefined) this.append(entry);
    if (step.kind === "append") this.#inFlight.committed(step.item);
    written();
    if (event !== undefined) this.publish(event);
  }

  publish(event: Event): void {
    if (OUTPUT_EVENTS.has(event.event)) this.#hasOutput = true;
    if (event.event === "turn_start") this.#openTurn = event.data.turn;
    if (event.event === "turn_end") this.#openTurn = null;
    this.#isCompacting = COMPACTION_EVENTS[event.event] ?? this.#isCompacting;
    this.#inFlight.add(event);
    this.#publish(event);
  }

  /** Keeps the first `entryCount` entries and puts `kept` behind them, in one step. */
  truncate(entryCount: number, ...kept: Entry[]): void {
    this.#log?.truncate(entryCount, ...kept);
  }

  close(): void {
    this.#log?.close();
  }
}
