import { PodError } from "../base/mod.ts";

/** The most bytes of a file that a model is shown whole; as many as of a file that a user refers to. */
export const MAX_TEXT_BYTES = 256 * 1024;

/** A file that is no text to be shown; the message is the reason alone, and what to do about it. */
export class TextFileError extends PodError {
  override readonly name = "TextFileError";

  constructor(override readonly code: "irregular" | "large" | "encoding", message: string) {
    super(code, message);
  }
}

/**
 * The text of a file of the user's or the project's. It may come with a repository that is not to be
 * trusted: whatever is there, reading it neither waits nor fills the memory.
 *
 * @throws {TextFileError} beside the errors of the file system.
 */
export function readTextFile(path: string): string {
  const { isFile, size } = Deno.statSync(path);
  // A pipe would be waited for, and a device may have no end.
  if (!isFile) throw new TextFileError("irregular", "it is not a regular file");
  if (size > MAX_TEXT_BYTES) {
    const message = `it has ${size} bytes, and at most ${MAX_TEXT_BYTES} can be used: shorten it`;
    throw new TextFileError("large", message);
  }
  const bytes = Deno.readFileSync(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new TextFileError("encoding", "not valid UTF-8: save the file in that encoding");
  }
}
