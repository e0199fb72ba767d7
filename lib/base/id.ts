import { uuidv7 } from "uuidv7";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A new UUID version 7: lower case, hyphenated; the order of the texts is the order of creation. */
export function newId(): string {
  return uuidv7();
}

/** Whether `text` is a UUID of any version. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
