import { uuidv7 } from "uuidv7";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/i;

/** A new UUID version 7: lower case, hyphenated; the order of the texts is the order of creation. */
export function newId(): string {
  return uuidv7();
}

/** Whether `text` is a UUID of any version. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** When a UUID version 7 was made, in ms; null for any other text. */
export function idTime(text: string): number | null {
  if (!isId(text) || !VERSION_7.test(text)) return null;
  return parseInt(text.replaceAll("-", "").slice(0, 12), 16);
}
