/** What every error of pod carries beside its message. */
export interface PodErrorOptions {
  /** What made it fail, as thrown by the layer below. */
  cause?: unknown;
}

/**
 * The base of all errors that pod raises on purpose. The message is for the person who reads it: it
 * says what is wrong and what to do. `code` is for programs: a short stable word, owned by the room
 * that throws.
 */
export class PodError extends Error {
  override readonly name: string = "PodError";

  constructor(readonly code: string, message: string, options: PodErrorOptions = {}) {
    super(message, options);
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
