import fc from "fast-check";
import { byteLength, lastBytes, truncateBytes } from "../../lib/base/mod.ts";
import { equal, ok } from "../support/assert.ts";

Deno.test("a text is cut to bytes at either end, and no character is", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, maxBytes) => {
    const [head, tail] = [truncateBytes(text, maxBytes), lastBytes(text, maxBytes)];
    ok(text.startsWith(head) && text.endsWith(tail));
    for (const kept of [head, tail]) {
      const isLongest = kept === text || byteLength(kept) > maxBytes - 4;
      ok(byteLength(kept) <= maxBytes && isLongest, kept);
    }
  }));
  equal(lastBytes("aü", 1), "");
  equal(lastBytes("aü", 2), "ü");
});
