import fc from "fast-check";
import { toJsonText } from "../../lib/base/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";

Deno.test("lone surrogates become U+FFFD, in keys and values; pairs stay", () => {
  equal(
    toJsonText({ "k\ud800": ["a\udfff", "\u{1f600}", "\udc00\ud83d"] }),
    '{"k\ufffd":["a\ufffd","\u{1f600}","\ufffd\ufffd"]}',
  );
});

Deno.test("a text that only speaks of an escape is left alone", () => {
  const value = { arguments: '{"a":"\\ud800"}', path: "C:\\udada", odd: "\\\\ud800\\" };
  equal(toJsonText(value), JSON.stringify(value));
});

Deno.test("the text reads back as the value with well-formed strings, and is one line", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.integer(), (text, position) => {
    const broken = `${text}${String.fromCharCode(0xd800 + Math.abs(position) % 0x800)}\\`;
    const json = toJsonText([broken]);
    deepEqual(JSON.parse(json), [broken.toWellFormed()]);
    equal(json.includes("\n"), false);
  }));
});
