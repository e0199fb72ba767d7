import { messageOf, toJsonText } from "../base/mod.ts";
import type { Entry } from "../protocol/mod.ts";
import { SessionError } from "./error.ts";
import { measureEntries, wholeLinesLength } from "./lines.ts";
import { type Log, truncateError } from "./log.ts";
import { readEntries } from "./read_entries.ts";

/** What the name of a segment's file ends with, after its id. */
export const LOG_SUFFIX = ".jsonl";
const SCRATCH_BYTES = 64 * 1024;
const MAX_BYTES_PER_CODE_UNIT = 3;

const encoder = new TextEncoder();

/**
 * The open log of one segment. Its handle only ever appends, so nothing that another process may have
 * written is overwritten. A newline commits a line: an unfinished one at the end is cut off by the next append.
 */
export class SegmentLog implements Log {
  #file: Deno.FsFile;
  readonly #path: string;
  readonly #segmentId: string;
  /** Encoding into memory that is there already saves a fifth of an append. */
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  #length: number;
  /** Length in bytes of the file up to the end of the newest entry that is known here. */
  #size: number;
  /** Whether somebody else's lines lie between ours. */
  #isMixed = false;
  /** Length in bytes to which the file is to be cut before anything is written to it. */
  #cutTo: number | null = null;
  #changes = 0;
  #syncedChanges = 0;
  #syncing: Promise<void> | null = null;

  /** Takes over `file`, open for reading and appending, with `length` entries in it. */
  constructor(file: Deno.FsFile, path: string, segmentId: string, length: number) {
    this.#file = file;
    this.#path = path;
    this.#segmentId = segmentId;
    this.#length = length;
    this.#size = wholeLinesLength(file);
    if (this.#size < file.statSync().size) this.#cutTo = this.#size;
  }

  get length(): number {
    return this.#length;
  }

  append(...entries: Entry[]): void {
    const bytes = this.#encode(textOf(entries));
    let written = 0;
    try {
      this.#repair();
      while (written < bytes.byteLength) written += this.#file.writeSync(bytes.subarray(written));
    } catch (error) {
      throw this.#takeBack(written, error);
    }
    const end = this.#file.seekSync(0, Deno.SeekMode.Current);
    if (end !== this.#size + bytes.byteLength) this.#isMixed = true;
    this.#length += entries.length;
    this.#size = end;
    this.#changes += 1;
  }

  /** A torn tail that is to be cut off is nobody's work. */
  get drifted(): boolean {
    if (this.#isMixed) return true;
    return this.#cutTo === null && this.#file.statSync().size !== this.#size;
  }

  readText(): string {
    const bytes = new Uint8Array(this.#size);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    for (let offset = 0; offset < bytes.byteLength;) {
      const read = this.#file.readSync(bytes.subarray(offset));
      if (read === null) break;
      offset += read;
    }
    return new TextDecoder().decode(bytes);
  }

  readEntries(): Entry[] {
    this.#file.seekSync(0, Deno.SeekMode.Start);
    return [...readEntries(this.#file, this.#path)];
  }

  copy(segmentId: string): void {
    const path = this.#path.slice(0, this.#path.lastIndexOf("/") + 1) + segmentId + LOG_SUFFIX;
    try {
      Deno.copyFileSync(this.#path, path);
    } catch (error) {
      throw this.#ioError("copying", error);
    }
  }

  async sync(): Promise<void> {
    const wanted = this.#changes;
    while (this.#syncedChanges < wanted) {
      this.#syncing ??= this.#syncOnce();
      await this.#syncing;
    }
  }

  truncate(entryCount: number, ...kept: Entry[]): void {
    if (entryCount > this.#length) {
      throw truncateError(this.#segmentId, entryCount, this.#length);
    }
    const added = encoder.encode(textOf(kept));
    try {
      this.#file.seekSync(0, Deno.SeekMode.Start);
      const { bytes } = measureEntries(this.#file, entryCount);
      if (kept.length === 0) this.#file.truncateSync(bytes);
      else this.#replaceTail(bytes, added);
      this.#size = bytes + added.byteLength;
    } catch (error) {
      throw this.#ioError("truncating", error);
    }
    this.#cutTo = null;
    this.#length = entryCount + kept.length;
    this.#changes += 1;
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Everybody who waits shares one flush; what is appended meanwhile rides on the next. */
  async #syncOnce(): Promise<void> {
    const covered = this.#changes;
    try {
      await this.#file.syncData();
      this.#syncedChanges = covered;
    } catch (error) {
      throw this.#ioError("syncing", error);
    } finally {
      this.#syncing = null;
    }
  }

  /** Through a copy: a kill in the middle must leave either the old tail or the new one. */
  #replaceTail(start: number, tail: Uint8Array): void {
    const copy = `${this.#path}.tmp`;
    Deno.copyFileSync(this.#path, copy);
    const file = Deno.openSync(copy, { read: true, append: true });
    try {
      file.truncateSync(start);
      for (let written = 0; written < tail.byteLength;) {
        written += file.writeSync(tail.subarray(written));
      }
      file.syncDataSync();
      Deno.renameSync(copy, this.#path);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file.close();
    this.#file = file;
  }

  #encode(text: string): Uint8Array {
    if (text.length * MAX_BYTES_PER_CODE_UNIT > SCRATCH_BYTES) return encoder.encode(text);
    return this.#scratch.subarray(0, encoder.encodeInto(text, this.#scratch).written);
  }

  #repair(): void {
    if (this.#cutTo === null) return;
    this.#file.truncateSync(this.#cutTo);
    this.#cutTo = null;
  }

  /** Removes the written part of a failed append; if that fails too, the next append tries again. */
  #takeBack(written: number, error: unknown): SessionError {
    if (written === 0) return this.#ioError("appending", error);
    try {
      this.#cutTo = this.#file.statSync().size - written;
      this.#repair();
    } catch (repairError) {
      return this.#ioError("appending", new AggregateError([error, repairError], messageOf(error)));
    }
    return this.#ioError("appending", error);
  }

  #ioError(phase: string, cause: unknown): SessionError {
    const message = `I/O error: ${messageOf(cause)} (${phase}, in ${this.#path})`;
    return new SessionError("io", message, { path: this.#path, cause });
  }
}

/** Entries as the lines of a log. */
export function textOf(entries: readonly Entry[]): string {
  let text = "";
  try {
    for (const entry of entries) text += `${toJsonText(entry)}\n`;
  } catch (error) {
    throw new SessionError("serialization", `serialization error: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return text;
}
