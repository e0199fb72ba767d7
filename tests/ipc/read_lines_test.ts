import fc from "fast-check";
import { type Line, LineError } from "../../lib/ipc/line_decoder.ts";
import { readMethod } from "../../lib/ipc/method_line.ts";
import { type ByteSource, readLines } from "../../lib/ipc/read_lines.ts";
import { METHOD_LINES } from "../protocol/examples.ts";
import { deepEqual, equal } from "../support/assert.ts";

const MAX_BYTES = 500;
const LONG = "x".repeat(MAX_BYTES + 1);

const encoder = new TextEncoder();

/** Lines as bytes, good and bad ones, and what each is read as; null for those that are left out. */
const LINES: readonly (readonly [line: Uint8Array, read: string | null])[] = [
  ...METHOD_LINES.map((line) => [encoder.encode(line), line] as const),
  ...["", "  ", "\r", "\t \r"].map((blank) => [encoder.encode(blank), null] as const),
  ...['{"method":"pause"}\r', "{not-json}", "ü€🦀", "\ufeff{}", "x".repeat(MAX_BYTES)].map((line) =>
    [encoder.encode(line), line] as const
  ),
  ...[LONG, LONG.repeat(3)].map((line) => [encoder.encode(line), "too_long"] as const),
  ...[[0xff], [0x7b, 0xc3, 0x28], [0xf0, 0x9f, 0xa6]].map((line) =>
    [Uint8Array.from(line), "not_utf8"] as const
  ),
];

Deno.test("10.15-5 lines that are cut anywhere are read as the same lines and methods", async () => {
  const lines = fc.array(fc.constantFrom(...LINES), { maxLength: 12 });
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(lines, sizes, fc.boolean(), async (lines, sizes, isClosed) => {
      const bytes = lines.flatMap(([line]) => [...line, 10]);
      // The newline of the last line may be missing.
      if (!isClosed) bytes.pop();
      const read = await allLines(sourceOf(bytes, sizes), MAX_BYTES);
      const expected = lines.flatMap(([, line]) => line ?? []);
      deepEqual(read.map((line) => line instanceof LineError ? line.code : line), expected);
      deepEqual(
        read.filter((line) => !(line instanceof LineError)).map(readMethod),
        expected.filter((line) => line !== "too_long" && line !== "not_utf8").map(readMethod),
      );
    }),
    { numRuns: 500 },
  );
});

Deno.test("lines longer than a read arrive whole", async () => {
  const long = "0123456789".repeat(50_000);
  const bytes = encoder.encode(`a\n${long}\nb\n${long}`);
  for (const size of [1000, 65_536, bytes.byteLength]) {
    const read = await allLines(sourceOf(bytes, [size]), Infinity);
    deepEqual(read.map((line) => typeof line === "string" && line.length), [
      1,
      long.length,
      1,
      long.length,
    ]);
    equal(read[3], long);
  }
});

Deno.test("an empty source has no lines", async () => {
  deepEqual(await allLines(sourceOf([], [1]), MAX_BYTES), []);
});

async function allLines(source: ByteSource, maxBytes: number): Promise<Line[]> {
  return (await Array.fromAsync(readLines(source, maxBytes))).flat();
}

/** Gives the bytes in reads of the sizes named, over and over. */
function sourceOf(bytes: ArrayLike<number>, sizes: readonly number[]): ByteSource {
  const data = Uint8Array.from(bytes);
  let start = 0;
  let reads = 0;
  return {
    read(into) {
      if (start === data.byteLength) return Promise.resolve(null);
      const size = Math.min(sizes[reads++ % sizes.length] ?? 1, into.byteLength);
      const part = data.subarray(start, start + size);
      into.set(part);
      start += part.byteLength;
      return Promise.resolve(part.byteLength);
    },
  };
}
