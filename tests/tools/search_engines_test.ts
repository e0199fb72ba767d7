import { deepEqual } from "../support/assert.ts";
import fc from "fast-check";
import { FileWorkspace } from "./file_workspace.ts";
import { engines, search } from "./search_calls.ts";

const words = [
  "one",
  "two",
  "Two",
  "xx",
  "日本",
  "é",
  "٣",
  "{",
  "}",
  "a-b",
  "\t",
  " ",
  "\r",
  "_",
  "(",
];
const text = fc.array(fc.array(fc.constantFrom(...words), { maxLength: 5 }), { maxLength: 12 })
  .map((lines) => lines.map((line) => line.join("")).join("\n"));
const atom = fc.constantFrom(
  ...["o", "two", "\\w", "\\W", "\\s", "\\S", "\\d", ".", "[a-x]", "[^o]", "[\\w-]", "[^\\s]", "{"],
  ...["(?:x{2})", "(?:one|a)", "(?i:T)", "\\p{L}", "é", "日", "\\r", "-"],
);
const pattern = fc.array(fc.tuple(atom, fc.constantFrom("", "", "+", "{1,2}", "+?")), {
  minLength: 1,
  maxLength: 3,
}).map((parts) => parts.flat().join(""));
const lines = fc.option(fc.integer({ min: 0, max: 3 }));
const input = fc.record({
  pattern,
  output_mode: fc.constantFrom("content", "count", "files_with_matches"),
  multiline: fc.boolean(),
  "-i": fc.boolean(),
  "-n": fc.boolean(),
  "-A": lines,
  "-B": lines,
  "-C": lines,
  head_limit: fc.constantFrom(0, 1, 3, 250),
  offset: fc.constantFrom(0, 0, 2),
});

const [inProcess, ...others] = engines;
for (const other of others) {
  Deno.test(`50.12.2-26 with ${other.name} or without, any search gives the same`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 3, maxLength: 6 }),
        fc.array(input, { minLength: 5, maxLength: 5 }),
        async (texts, inputs) => {
          const files = Object.fromEntries(
            texts.map((text, index) => [`f${index % 4}/${index}`, text]),
          );
          await using space = await FileWorkspace.create({ files });
          for (const input of inputs) {
            const expected = await search(space, "Grep", input, inProcess);
            deepEqual(await search(space, "Grep", input, other), expected);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
}
