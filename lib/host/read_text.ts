import { messageOf, PodError } from "../base/mod.ts";

/** The text of a file, or null when there is none. */
export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * The text of a file that a person has named.
 *
 * @param what how to call the file in the error
 * @throws {PodError} `unreadable`
 */
export async function readNamedText(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const message = `cannot read ${what}: ${messageOf(error)}`;
    throw new PodError("unreadable", message, { cause: error });
  }
}
