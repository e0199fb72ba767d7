import { PodError } from "../../base/mod.ts";
import type { ScopedFiles } from "../../tools/mod.ts";
import { formatListing } from "./directory_listing.ts";

/** What references to files are resolved with. */
export interface FileReferenceOptions {
  /** Asks the pod's scope. */
  readonly files: ScopedFiles;
  /** The pod's working directory: absolute. */
  readonly cwd: string;
  /** Of a file or a listing; `worker.file_upload.max_bytes`. */
  readonly maxBytes: number;
}

/**
 * What the model is shown for `@path`: the text of a file, or what is in a directory (spec 40 §2.3,
 * §2.4).
 *
 * @param path as it was written: nothing but `..` and links has a meaning in it
 * @throws {PodError} when it cannot be read; the message is the reason.
 */
export async function fileAttachment(
  path: string,
  { files, cwd, maxBytes }: FileReferenceOptions,
): Promise<string> {
  const absolute = files.absolute(path.startsWith("/") ? path : `${cwd}/${path}`);
  const entries = await files.list(absolute);
  if (entries !== null) return `[Dir: ${path}]\n${formatListing(entries, maxBytes)}`;
  return `[File: ${path}]\n${await readHead(files, absolute, maxBytes)}`;
}

async function readHead(files: ScopedFiles, path: string, maxBytes: number): Promise<string> {
  using file = await files.open(path);
  const bytes = await file.head(maxBytes + 1);
  const isCut = bytes.byteLength > maxBytes;
  const text = decode(bytes.subarray(0, maxBytes), isCut, path);
  return isCut ? withRemark(text, Math.max(file.size, bytes.byteLength)) : text;
}

/** The beginning of a text, and on a line of its own how long the whole is. */
export function withRemark(beginning: string, totalBytes: number): string {
  const newline = beginning === "" || beginning.endsWith("\n") ? "" : "\n";
  return `${beginning}${newline}[...truncated, ${totalBytes} bytes total — use Read for the rest]`;
}

/** A character that was cut in two is left out: it does not make a text binary, but a NUL does. */
function decode(bytes: Uint8Array, isCut: boolean, path: string): string {
  const notText = (cause?: unknown) =>
    new PodError("not_text", `file is not valid UTF-8 text: ${path}`, { cause });
  if (bytes.includes(0)) throw notText();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
  } catch (cause) {
    throw notText(cause);
  }
}
