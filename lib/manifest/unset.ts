import * as v from "valibot";
import { isJsonObject } from "../base/mod.ts";

/**
 * An optional number that a layer can also set to `false`: unset, whatever lower layers say (spec 70
 * §9-3). In a parsed layer `false` has become null, which merging keeps and resolution drops.
 */
export function unsettable<S extends v.GenericSchema<number>>(number: S) {
  return v.union([number, v.pipe(v.literal(false), v.transform(() => null))]);
}

/** The same shape without null at any depth; there is none in the lists of a manifest. */
export type WithoutNull<T> = T extends readonly unknown[] ? T
  : T extends object ? { [K in keyof T]: WithoutNull<Exclude<T[K], null>> }
  : T;

/** The same object without the members that are null, at any depth. */
export function withoutNull<T extends object>(value: T): WithoutNull<T> {
  return dropNull(value) as WithoutNull<T>;
}

function dropNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNull);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, dropNull(member)]));
}
