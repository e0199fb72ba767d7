import * as v from "valibot";
import { isJsonObject } from "../base/mod.ts";

/** The kinds of schema that have keys below them, as far as the manifest uses them. */
type Nested =
  | v.ExactOptionalSchema<v.GenericSchema, unknown>
  | v.ArraySchema<v.GenericSchema, undefined>
  | v.VariantSchema<string, v.VariantOptions<string>, undefined>
  | v.ObjectSchema<v.ObjectEntries, undefined>;

/**
 * One warning for each key of `value` that `schema` does not know, at any depth, with the dotted path
 * and the nearest key that it does know. The value has passed the schema, which ignores such keys.
 */
export function unknownKeyWarnings(schema: v.GenericSchema, value: unknown): string[] {
  return [...walk(schema, value, "")];
}

function* walk(schema: v.GenericSchema | Nested, value: unknown, path: string): Generator<string> {
  if (v.isOfType("exact_optional", schema)) {
    yield* walk(schema.wrapped, value, path);
  } else if (v.isOfType("array", schema) && Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      yield* walk(schema.item, element, `${path}.${index}`);
    }
  } else if (v.isOfType("variant", schema) && isJsonObject(value)) {
    const chosen = schema.options.find((option) => v.is(option, value));
    if (chosen !== undefined) yield* walk(chosen, value, path);
  } else if (v.isOfType("object", schema) && isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const entry = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
      const keyPath = path === "" ? key : `${path}.${key}`;
      if (entry !== undefined) yield* walk(entry, member, keyPath);
      else {yield `unknown field in manifest: ${keyPath}${
          suggest(key, Object.keys(schema.entries))
        }`;}
    }
  }
}

/**
 * ` (did you mean …?)` with the name that takes the fewest edits to reach; nothing if that takes more than
 * half of the word.
 */
export function suggest(word: string, names: readonly string[]): string {
  const ranked = names.map((name) => ({ name, edits: editDistance(word, name) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best === undefined || best.edits > word.length / 2) return "";
  return ` (did you mean \`${best.name}\`?)`;
}

/** How many letters must be inserted, removed or replaced to turn `from` into `to`. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
