import * as v from "valibot";

/** A whole number between two bounds, both included; its issues say what was expected. */
function whole(minimum: number, maximum: number) {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(minimum), v.maxValue(maximum));
}

/** A number of bytes, tokens, lines or seconds. */
export const count = whole(0, Number.MAX_SAFE_INTEGER);
/** What fits 32 bits without sign. */
export const uint32 = whole(0, 2 ** 32 - 1);
/** A limit that cannot be zero. */
export const positive32 = whole(1, 2 ** 32 - 1);
/** What fits 32 bits with sign. */
export const int32 = whole(-(2 ** 31), 2 ** 31 - 1);
/** What fits eight bits without sign. */
export const uint8 = whole(0, 255);
/** A wait in milliseconds that a timer can measure. */
export const waitMs = whole(0, 2 ** 31 - 1);
/** A limit in milliseconds that a timer can measure. */
export const timerMs = whole(1, 2 ** 31 - 1);
/** Any number that JSON can hold. */
export const decimal = v.pipe(v.number(), v.finite());
