/** The size of the pieces in which files are read and fingerprinted, in bytes. */
export const BLOCK_BYTES = 1024 * 1024;

/**
 * Tells versions of a file apart: SHA-256 over its bytes, chained from block to block so that a file
 * of any size is hashed as it streams by. Of a file of one block it is the plain SHA-256.
 */
export class Fingerprint {
  #state: Uint8Array = new Uint8Array(0);

  /** Blocks come in order; every one but the last has {@link BLOCK_BYTES} bytes. */
  async add(block: Uint8Array): Promise<void> {
    const input = new Uint8Array(this.#state.byteLength + block.byteLength);
    input.set(this.#state);
    input.set(block, this.#state.byteLength);
    this.#state = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  }

  /** In hexadecimal; empty for an empty file. */
  get text(): string {
    return Array.from(this.#state, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** The fingerprint of bytes that are in memory. */
export async function fingerprintOf(bytes: Uint8Array): Promise<string> {
  const fingerprint = new Fingerprint();
  for (let start = 0; start < bytes.byteLength; start += BLOCK_BYTES) {
    await fingerprint.add(bytes.subarray(start, start + BLOCK_BYTES));
  }
  return fingerprint.text;
}
