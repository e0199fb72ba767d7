import fc from "fast-check";
import * as v from "valibot";
import { entry } from "../../lib/protocol/mod.ts";
import { quickCheck } from "../../lib/protocol/quick_check.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { ENTRY_LINES } from "./examples.ts";

const isPlainEntry = quickCheck(entry);

Deno.test("a quick check accepts only what a parse returns unchanged", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ENTRY_LINES),
      fc.nat(),
      fc.option(fc.jsonValue(), { nil: undefined }),
      (line, position, replacement) => {
        const value = withOneChange(JSON.parse(line), position, replacement);
        if (!isPlainEntry(value)) return;
        deepEqual(v.parse(entry, value), value);
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("a quick check accepts the entries of which there are many", () => {
  const lines = ENTRY_LINES.filter((line) => !/"reasoning"|image_ref/.test(line));
  ok(lines.length > 15);
  for (const line of lines) equal(isPlainEntry(JSON.parse(line)), true, line);
});

Deno.test("a quick check ignores keys that the schema does not name", () => {
  ok(isPlainEntry({ kind: "turn_end", ts: 1, turn_count: 1, later: true }));
});

/** Replaces the value at one place of a tree, or removes it if there is no replacement. */
function withOneChange(tree: unknown, position: number, replacement: unknown): unknown {
  const places: { owner: Record<string, unknown>; key: string }[] = [];
  const visit = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    const owner = node as Record<string, unknown>;
    for (const key of Object.keys(owner)) {
      places.push({ owner, key });
      visit(owner[key]);
    }
  };
  visit(tree);
  const place = places[position % places.length];
  if (place === undefined) return tree;
  if (replacement !== undefined) place.owner[place.key] = replacement;
  else if (Array.isArray(place.owner)) place.owner.splice(Number(place.key), 1);
  else delete place.owner[place.key];
  return tree;
}
