import { messageOf } from "../base/mod.ts";
import { SessionError } from "./error.ts";

/** An error of the operating system in the words of spec 30 §2.6; a `SessionError` stays what it is. */
export function toSessionError(error: unknown): SessionError {
  if (error instanceof SessionError) return error;
  return new SessionError("io", `I/O error: ${messageOf(error)}`, { cause: error });
}

/** What reading a file or folder gives, or `fallback` if it is not there. */
export function ifThereSync<Value, Fallback>(read: () => Value, fallback: Fallback) {
  try {
    return read();
  } catch (error) {
    return unlessMissing(error, fallback);
  }
}

/** The same for what takes a while. */
export async function ifThere<Value, Fallback>(reading: Promise<Value>, fallback: Fallback) {
  try {
    return await reading;
  } catch (error) {
    return unlessMissing(error, fallback);
  }
}

function unlessMissing<Fallback>(error: unknown, fallback: Fallback): Fallback {
  const isMissing = error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
  if (isMissing) return fallback;
  throw toSessionError(error);
}
