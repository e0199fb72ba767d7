/** Writes all of `bytes`, in as many pieces as the connection takes; `onProgress` follows each of them. */
export async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
  onProgress?: () => void,
): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    written += await connection.write(bytes.subarray(written));
    onProgress?.();
  }
}
