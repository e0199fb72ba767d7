import { BINARY_PEEK_BYTES } from "./search_engine.ts";

const MAX_PIECE_LENGTH = 64 * 1024 * 1024;

/** A file with a line, or as a whole if it is wanted so, that is too long to be searched here. */
export class PieceTooLongError extends Error {
  override readonly name = "PieceTooLongError";
}

/**
 * The text of a file in pieces that end with a line end, except perhaps the last one; or in one piece.
 * A byte order mark tells UTF-16 from UTF-8 and is left out; what cannot be decoded becomes U+FFFD.
 * A file that looks binary has no pieces; a NUL behind the part that is looked at ends a line, which
 * is how `rg` takes it.
 *
 * @param buffer room for one read; a larger one than {@link BINARY_PEEK_BYTES}, used again and again.
 * @throws {PieceTooLongError}
 */
export function* readPieces(
  file: Deno.FsFile,
  buffer: Uint8Array,
  inOnePiece: boolean,
): Generator<string> {
  let rest = "";
  let decoder: TextDecoder | undefined;
  for (let read = file.readSync(buffer); read !== null; read = file.readSync(buffer)) {
    const chunk = buffer.subarray(0, read);
    if (decoder === undefined) {
      decoder = new TextDecoder(encodingOf(chunk));
      if (decoder.encoding === "utf-8" && chunk.subarray(0, BINARY_PEEK_BYTES).includes(0)) return;
    }
    const text = decoder.decode(chunk, { stream: true });
    const end = inOnePiece ? 0 : text.lastIndexOf("\n") + 1;
    if (end > 0) yield withoutNul(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
    if (rest.length > MAX_PIECE_LENGTH) throw new PieceTooLongError();
  }
  rest += decoder?.decode() ?? "";
  if (rest !== "") yield inOnePiece ? rest : withoutNul(rest);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xFF && second === 0xFE) return "utf-16le";
  if (first === 0xFE && second === 0xFF) return "utf-16be";
  return "utf-8";
}

function withoutNul(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\n") : text;
}
