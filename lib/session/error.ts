import { PodError, type PodErrorOptions } from "../base/mod.ts";

/** What went wrong with a log or with metadata. */
export type SessionErrorCode = "io" | "serialization" | "not_found" | "corrupted" | "invalid_name";

/** Where a log is damaged. */
export interface SessionErrorOptions extends PodErrorOptions {
  path?: string;
  /** Line in the file, from 1, blank lines included. */
  line?: number;
}

/** A session log or pod metadata that could not be read or written (spec 30 §2.6). */
export class SessionError extends PodError {
  override readonly name = "SessionError";
  readonly path?: string;
  readonly line?: number;

  constructor(
    override readonly code: SessionErrorCode,
    message: string,
    options: SessionErrorOptions = {},
  ) {
    super(code, message, options);
    this.path = options.path;
    this.line = options.line;
  }
}
