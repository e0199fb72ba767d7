import { deepEqual, equal, throws } from "../support/assert.ts";
import { compilePattern } from "../../lib/tools/search_pattern.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { engines, linesBelow, search } from "./search_calls.ts";

/** A pattern, lines that match and lines that do not. */
const dialect: [pattern: string, matching: string[], other: string[]][] = [
  ["foo {", ["foo {"], ["foo"]],
  ["x{2}", ["xx"], ["x{2}"]],
  ["x{,2}", ["x{,2}"], ["xx"]],
  ["{}", ["a{}"], ["}"]],
  ["^\\s*\\}$", ["  }"], ["a}"]],
  ['\\"\\/\\<\\_\\ \\-', ['"/<_ -'], ['\\"']],
  ["[[(]x", ["[x", "(x"], ["x"]],
  ["[]a]x", ["]x", "ax"], ["x"]],
  ["[a&&b]x", ["&x", "ax", "bx"], ["cx"]],
  ["[+--]x", ["+x", ",x", "-x"], [".x"]],
  ["[a-]x", ["-x", "ax"], ["bx"]],
  ["[\\w-]x", ["-x", "éx"], ["#x"]],
  ["[^\\s]x", ["éx"], [" x", "\u00a0x"]],
  ["[[:upper:]]x", ["Ax"], ["ax"]],
  ["\\wx", ["éx", "日x", "_x"], ["-x"]],
  ["\\Wx", ["-x"], ["éx"]],
  ["\\dx", ["1x", "٣x"], ["ax"]],
  ["\\Dx", ["ax"], ["٣x"]],
  ["\\sx", ["\u00a0x", "\tx"], ["ax"]],
  ["\\Sx", ["ax"], ["\u00a0x"]],
  ["\\p{Greek}\\pL", ["αa"], ["aα"]],
  ["\\bfoo\\b", ["a foo"], ["afoo", "foo1"]],
  ["\\Boo", ["foo"], ["oo"]],
  ["\\x41\\x{42}\\u0043\\u{44}", ["ABCD"], ["abcd"]],
  ["\\Aa|b\\z", ["ac", "cb"], ["bac"]],
  ["(?i)É", ["é"], ["e"]],
  ["(?i:a)B", ["aB", "AB"], ["ab"]],
  ["(?-m)^a$", ["a"], ["ba"]],
  ["(?P<n>a)(?<m>b)", ["ab"], ["a"]],
  ["a.c", ["a😀c"], ["ac"]],
  ["C\\+\\+", ["C++"], ["C"]],
  ["[\\n a]x", [" x", "ax"], ["bx"]],
  ["a\\tb", ["a\tb"], ["a b"]],
  ["--x", ["--x"], ["x"]],
  ["", ["a"], []],
];
for (const engine of engines) {
  for (const [pattern, matching, other] of dialect) {
    Deno.test(`50.4-5 the pattern ${pattern} means the same (${engine.name})`, async () => {
      await using space = await FileWorkspace.create({
        files: { "text": [...matching, ...other].map((line) => `${line}\n`).join("") },
      });
      const input = { pattern, output_mode: "content", "-n": false };
      const output = await search(space, "Grep", input, engine);
      deepEqual(linesBelow(space, output), matching.map((line) => `text:${line}`));
    });
  }
}

const refused = [
  "(",
  ")",
  "[a",
  "[z-a]",
  "[a-\\w]",
  "a**",
  "C++",
  "a{1001}",
  "\\",
  "\\8",
  "\\Qa\\E",
  "\\h",
  "\\x{110000}",
  "(?=a)",
  "(?<=a)",
  "(?>a)",
  "(?x)a",
  "\\p{Nothing}",
];
for (const pattern of refused) {
  Deno.test(`50.4-5 the pattern ${pattern} is refused`, () => {
    throws(() => compilePattern(pattern, { ignoreCase: false, multiline: true }), {
      kind: "Invalid argument",
      message: /^invalid regex: /,
    });
  });
}

Deno.test("50.4-5 a line end in a pattern needs multiline", () => {
  for (const pattern of ["a\nb", "a\\nb", "a\\x0ab", "[\\n]"]) {
    throws(() => compilePattern(pattern, { ignoreCase: false, multiline: false }), {
      message: /multiline$/,
    });
    equal(
      compilePattern(pattern, { ignoreCase: false, multiline: true }).regex.test("a\nb"),
      true,
    );
  }
});
