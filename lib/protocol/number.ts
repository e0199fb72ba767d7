import * as v from "valibot";

/** A count, an index, a length or a time: a whole number from 0 up. */
export const uint = v.custom<number>(isUint, "Expected a whole number from 0 up");

/** The same within 32 bits. */
export const uint32 = v.custom<number>(
  (value) => isUint(value) && value <= 0xffff_ffff,
  "Expected a whole number of 32 bits",
);

function isUint(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
