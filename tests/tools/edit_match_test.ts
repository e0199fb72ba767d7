import fc from "fast-check";
import { replaceAll } from "../../lib/tools/edit_match.ts";
import { deepEqual, equal } from "../support/assert.ts";

const text = (...pieces: string[]) =>
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 }).map((all) => all.join(""));

Deno.test("matching modulo line ends finds what a pattern with optional CRs finds", () => {
  const wanted = text("a", "b", "\n");
  fc.assert(fc.property(text("a", "b", "\n", "\r\n", "\r"), wanted, (text, wanted) => {
    const pattern = text.includes(wanted) ? wanted : wanted.replaceAll("\n", "\r?\n");
    const expected = Array.from(text.matchAll(new RegExp(pattern, "g")), ({ index }) => index);
    deepEqual(replaceAll(text, wanted, "x").positions, expected);
    equal(replaceAll(text, wanted, "x").text, text.replace(new RegExp(pattern, "g"), "x"));
  }));
});
