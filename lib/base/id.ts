import { v7, validate, version } from "uuid";

/** A new UUID version 7: lower case, hyphenated; the order of the texts is the order of creation. */
export function newId(): string {
  return v7();
}

/** Whether `text` is a UUID of any version. */
export function isId(text: string): boolean {
  return validate(text);
}

/** When a UUID version 7 was made, in ms; null for any other text. */
export function idTime(text: string): number | null {
  if (!validate(text) || version(text) !== 7) return null;
  return parseInt(text.replaceAll("-", "").slice(0, 12), 16);
}
