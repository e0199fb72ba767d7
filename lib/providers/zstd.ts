import { zstdCompressSync } from "node:zlib";

/**
 * The text compressed with zstd at its usual level, 3; null where the runtime cannot: Deno 2.6 has the
 * function but nothing behind it.
 */
export function zstd(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return new Uint8Array(zstdCompressSync(new TextEncoder().encode(text)));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
