const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 10;
const SPACE = 32;

/**
 * The bytes of a file from its current position, in blocks of whole lines. What follows the last newline
 * is a write that never finished, and is left out (spec 30 §2.7). A block is only valid until the next.
 */
export function* readBlocks(file: Deno.FsFile): Generator<Uint8Array> {
  let buffer = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  for (;;) {
    if (filled === buffer.byteLength) buffer = grown(buffer);
    const read = file.readSync(buffer.subarray(filled));
    if (read === null) return;
    const newline = buffer.subarray(filled, filled + read).lastIndexOf(NEWLINE);
    const end = filled + newline + 1;
    filled += read;
    if (newline < 0) continue;
    yield buffer.subarray(0, end);
    buffer.copyWithin(0, end, filled);
    filled -= end;
  }
}

/**
 * The whole lines of a file as text, without their newlines.
 *
 * @throws {TypeError} at the line that is not UTF-8.
 */
export function* readLines(file: Deno.FsFile): Generator<string> {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const block of readBlocks(file)) {
    const text = decodeOrNull(utf8, block);
    if (text === null) {
      for (const line of linesOf(block)) yield utf8.decode(line);
      continue;
    }
    for (let start = 0; start < text.length;) {
      const end = text.indexOf("\n", start);
      yield text.slice(start, end);
      start = end + 1;
    }
  }
}

/** How many entries the whole lines of a file hold, but at most `limit`, and the bytes they take. */
export function measureEntries(
  file: Deno.FsFile,
  limit = Infinity,
): { entries: number; bytes: number } {
  let entries = 0;
  let bytes = 0;
  for (const block of readBlocks(file)) {
    for (const line of linesOf(block)) {
      if (entries === limit) return { entries, bytes };
      bytes += line.byteLength + 1;
      if (line.some((byte) => byte > SPACE)) entries += 1;
    }
  }
  return { entries, bytes };
}

/** The length of a file without the unfinished line at its end. */
export function wholeLinesLength(file: Deno.FsFile): number {
  const block = new Uint8Array(BLOCK_BYTES);
  let end = file.seekSync(0, Deno.SeekMode.End);
  while (end > 0) {
    const start = Math.max(0, end - BLOCK_BYTES);
    file.seekSync(start, Deno.SeekMode.Start);
    const read = file.readSync(block.subarray(0, end - start)) ?? 0;
    const newline = block.subarray(0, read).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

function* linesOf(block: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < block.byteLength;) {
    const end = block.indexOf(NEWLINE, start);
    yield block.subarray(start, end);
    start = end + 1;
  }
}

function decodeOrNull(utf8: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function grown(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(buffer.byteLength * 2);
  larger.set(buffer);
  return larger;
}
