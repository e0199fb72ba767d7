const encoder = new TextEncoder();

/** The length of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}

/** The longest prefix of `text` of at most `maxBytes` UTF-8 bytes that does not split a character. */
export function truncateBytes(text: string, maxBytes: number): string {
  const { read } = encoder.encodeInto(text, new Uint8Array(Math.max(0, maxBytes)));
  return text.slice(0, read);
}

/** The longest end of `text` that is at most `maxBytes` long in UTF-8; no character is cut. */
export function lastBytes(text: string, maxBytes: number): string {
  const bytes = encoder.encode(text);
  let start = Math.max(0, bytes.length - maxBytes);
  const isInCharacter = () => ((bytes[start] ?? 0) & 0xc0) === 0x80;
  while (isInCharacter()) start++;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start));
}
