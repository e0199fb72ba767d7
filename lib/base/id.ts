import { v7, validate } from "uuid";

/** A new UUID version 7: lower case, hyphenated; the order of the texts is the order of creation. */
export function newId(): string {
  return v7();
}

/** Whether `text` is a UUID of any version. */
export function isId(text: string): boolean {
  return validate(text);
}
