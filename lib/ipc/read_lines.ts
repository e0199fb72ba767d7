import { type Line, LineDecoder } from "./line_decoder.ts";

const READ_BYTES = 64 * 1024;

/** Where bytes come from, in the manner of `Deno.Conn`: how many were put into `into`, null at the end. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

/** The lines of a source, as many at a time as came with one read; the last may lack its newline. */
export async function* readLines(
  source: ByteSource,
  maxBytes: number,
): AsyncGenerator<Line[], void> {
  const buffer = new Uint8Array(READ_BYTES);
  const decoder = new LineDecoder(maxBytes);
  for (;;) {
    const count = await source.read(buffer);
    if (count === null) break;
    yield decoder.decode(buffer.subarray(0, count));
  }
  yield decoder.finish();
}
