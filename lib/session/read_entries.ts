import { isJsonObject, messageOf } from "../base/mod.ts";
import { type Entry, parseEntry, ProtocolError } from "../protocol/mod.ts";
import { SessionError } from "./error.ts";
import { STATUS_DOMAIN } from "./extension.ts";
import { readLines } from "./lines.ts";

/**
 * The entries of an open log from its current position, one at a time. An unfinished last line is left
 * out; every other line that is no entry is an error, never skipped (spec 30 §2.7).
 *
 * @throws {SessionError} `corrupted` with file and line, or `io`.
 */
export function* readEntries(file: Deno.FsFile, path: string): Generator<Entry> {
  let line = 1;
  try {
    for (const text of readLines(file)) {
      if (!isBlank(text)) yield readEntry(text);
      line += 1;
    }
  } catch (error) {
    throw readError(error, path, line);
  }
}

function readEntry(text: string): Entry {
  const value: unknown = JSON.parse(text);
  if (isJsonObject(value) && value.kind === "paused_turn_abandoned") {
    // Later versions of the reference write this kind; we read it and never write it (spec 30 §13-18).
    const payload = { status: "idle" };
    return parseEntry({ kind: "extension", ts: value.ts, domain: STATUS_DOMAIN, payload });
  }
  return parseEntry(value);
}

/** A first character above the space settles it for every line that is not damaged. */
function isBlank(text: string): boolean {
  return !(text.charCodeAt(0) > 32) && text.trim() === "";
}

function readError(error: unknown, path: string, line: number): SessionError {
  const phase = phaseOf(error);
  if (phase === null) {
    const message = `I/O error: ${messageOf(error)} (reading ${path})`;
    return new SessionError("io", message, { path, cause: error });
  }
  const message = `log corrupted at line ${line}: ${messageOf(error)} (${phase}, in ${path})`;
  return new SessionError("corrupted", message, { path, line, cause: error });
}

function phaseOf(error: unknown): string | null {
  if (error instanceof TypeError) return "decoding UTF-8";
  if (error instanceof SyntaxError) return "parsing JSON";
  if (error instanceof ProtocolError) return "checking the entry";
  return null;
}
