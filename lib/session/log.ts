import type { Entry } from "../protocol/mod.ts";
import { SessionError } from "./error.ts";

/** Where a pod writes its entries. */
export interface Log extends Disposable {
  /** How many entries it holds. */
  readonly length: number;
  /**
   * Adds entries, all of them or none. When it returns they outlive this process.
   *
   * @throws {SessionError}
   */
  append(...entries: Entry[]): void;
  /**
   * When it resolves, everything appended before the call also outlives a power cut.
   *
   * @throws {SessionError}
   */
  sync(): Promise<void>;
  /**
   * Keeps the first `entryCount` entries, as they were written, and puts `kept` behind them, all in one
   * step: whoever reads the log at any moment finds the old tail or the new one.
   *
   * @throws {SessionError} `corrupted` if there are fewer.
   */
  truncate(entryCount: number, ...kept: Entry[]): void;
  /**
   * Keeps a copy of what it holds as a segment of its own, with this id.
   *
   * @throws {SessionError}
   */
  copy(segmentId: string): void;
  /** Whether somebody else has written to it. */
  readonly drifted: boolean;
  /** Its entries as they were written, a line each. */
  readText(): string;
  /**
   * Its entries.
   *
   * @throws {SessionError} `corrupted`
   */
  readEntries(): Entry[];
  close(): void;
}

/** The log of a pod that keeps nothing on disk: it only counts, the pod has the entries itself. */
export class MemoryLog implements Log {
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(...entries: Entry[]): void {
    this.#length += entries.length;
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  truncate(entryCount: number, ...kept: Entry[]): void {
    if (entryCount > this.#length) throw truncateError("in memory", entryCount, this.#length);
    this.#length = entryCount + kept.length;
  }

  /** Nothing is kept, so there is nothing to copy. */
  copy(): void {}

  get drifted(): boolean {
    return false;
  }

  /** Nothing is kept, so there is nothing to read. */
  readText(): string {
    return "";
  }

  readEntries(): Entry[] {
    return [];
  }

  close(): void {}

  [Symbol.dispose](): void {}
}

/** The text of spec 30 §2.6 for a truncation beyond the end. */
export function truncateError(segmentId: string, wanted: number, stored: number): SessionError {
  const reason =
    `cannot truncate segment ${segmentId} to ${wanted} entries; only ${stored} entries stored`;
  return new SessionError("corrupted", `log corrupted at line ${wanted}: ${reason}`, {
    line: wanted,
  });
}
