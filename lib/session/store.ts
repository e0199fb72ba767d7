import { isId, writeFileAtomic } from "../base/mod.ts";
import type { Entry } from "../protocol/mod.ts";
import { SessionError } from "./error.ts";
import { ifThereSync, toSessionError } from "./io.ts";
import { measureEntries } from "./lines.ts";
import { readEntries } from "./read_entries.ts";
import { LOG_SUFFIX, SegmentLog, textOf } from "./segment_log.ts";

/** The sessions below one folder: a folder for each session, a log file for each segment (spec 30 §2.1). */
export class SessionStore {
  constructor(readonly root: string) {}

  /** The ids of all sessions, newest first. */
  listSessions(): string[] {
    return this.#names(this.root, (entry) => entry.isDirectory ? entry.name : "");
  }

  /** The ids of the segments of a session, newest first. */
  listSegments(sessionId: string): string[] {
    return this.#names(
      `${this.root}/${sessionId}`,
      ({ name }) => name.endsWith(LOG_SUFFIX) ? name.slice(0, -LOG_SUFFIX.length) : "",
    );
  }

  /** The session that a segment belongs to, or null. */
  findSession(segmentId: string): string | null {
    return this.listSessions().find((id) => this.segmentExists(id, segmentId)) ?? null;
  }

  /** Where the log of a segment is, or would be. */
  segmentPath(sessionId: string, segmentId: string): string {
    return `${this.root}/${sessionId}/${segmentId}${LOG_SUFFIX}`;
  }

  /** Where the trace of a segment is, if there is one. */
  tracePath(sessionId: string, segmentId: string): string {
    return `${this.root}/${sessionId}/${segmentId}.trace.jsonl`;
  }

  segmentExists(sessionId: string, segmentId: string): boolean {
    const path = this.segmentPath(sessionId, segmentId);
    return ifThereSync(() => Deno.statSync(path), null)?.isFile ?? false;
  }

  /**
   * Makes a segment with its first entries: the file appears whole and on disk, or not at all. One that
   * exists is replaced.
   *
   * @throws {SessionError}
   */
  async createSegment(
    sessionId: string,
    segmentId: string,
    entries: readonly Entry[],
  ): Promise<SegmentLog> {
    const text = textOf(entries);
    const path = this.segmentPath(sessionId, segmentId);
    try {
      await Deno.mkdir(`${this.root}/${sessionId}`, { recursive: true, mode: 0o700 });
      await writeFileAtomic(path, text, { mode: 0o600 });
      return new SegmentLog(this.#open(path, segmentId), path, segmentId, entries.length);
    } catch (error) {
      throw toSessionError(error);
    }
  }

  /**
   * Opens a segment to go on with it.
   *
   * @param read makes of all its entries, read as they are asked for, what is to be kept of them
   * @throws {SessionError} `not_found`, `corrupted` or `io`.
   */
  openSegment<Kept>(
    sessionId: string,
    segmentId: string,
    read: (entries: Iterable<Entry>) => Kept,
  ): { log: SegmentLog; kept: Kept } {
    const path = this.segmentPath(sessionId, segmentId);
    const file = this.#open(path, segmentId);
    let count = 0;
    function* entries() {
      for (const entry of readEntries(file, path)) {
        count++;
        yield entry;
      }
    }
    try {
      const kept = read(entries());
      return { log: new SegmentLog(file, path, segmentId, count), kept };
    } catch (error) {
      file.close();
      throw toSessionError(error);
    }
  }

  /**
   * The entries of a segment, read as they are asked for.
   *
   * @throws {SessionError} `not_found`, `corrupted` or `io`.
   */
  *readEntries(sessionId: string, segmentId: string): Generator<Entry> {
    const path = this.segmentPath(sessionId, segmentId);
    using file = this.#open(path, segmentId);
    yield* readEntries(file, path);
  }

  /**
   * How many entries a segment has; they are not looked into.
   *
   * @throws {SessionError} `not_found` or `io`.
   */
  countEntries(sessionId: string, segmentId: string): number {
    using file = this.#open(this.segmentPath(sessionId, segmentId), segmentId);
    return measureEntries(file).entries;
  }

  #open(path: string, segmentId: string): Deno.FsFile {
    try {
      return Deno.openSync(path, { read: true, append: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw toSessionError(error);
      const message = `segment not found: ${segmentId}`;
      throw new SessionError("not_found", message, { path, cause: error });
    }
  }

  /** The names of a folder's entries that are ids, greatest first. */
  #names(folder: string, idOf: (entry: Deno.DirEntry) => string): string[] {
    const entries = ifThereSync(() => [...Deno.readDirSync(folder)], []);
    return entries.map(idOf).filter(isId).sort().reverse();
  }
}
