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
  const cannot = (why: string, cause: unknown) =>
    new PodError("unreadable", `cannot read ${what}: ${why}`, { cause });
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw cannot(messageOf(error), error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw cannot("it is not UTF-8: save the file in that encoding", error);
  }
}
