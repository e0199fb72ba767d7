import * as v from "valibot";

type TaggedObject = v.GenericSchema & { readonly entries: v.ObjectEntries };

/**
 * One of several objects, told apart by the literal under `key`. The same as `v.variant`, but it finds
 * the member with one look into a table, so the last of forty costs as much as the first.
 *
 * @param members called when the first value is looked at: a program makes only what it needs
 */
export function tagged<const Members extends readonly TaggedObject[]>(
  key: string,
  members: () => Members,
): v.LazySchema<Members[number] | v.NeverSchema<v.ErrorMessage<v.NeverIssue>>> {
  let byTag: ReadonlyMap<unknown, Members[number]> | undefined;
  const unknownTag = v.never(({ input }) => {
    const tags = [...byTag?.keys() ?? []].map((tag) => `"${tag}"`).join(", ");
    return `"${key}" must be one of ${tags}, not ${shown(tagOf(key, input))}`;
  });
  return v.lazy((input) => {
    byTag ??= tagTable(key, members());
    return byTag.get(tagOf(key, input)) ?? unknownTag;
  });
}

/** The members of a tagged union by their tags. */
export function tagTable<Member extends TaggedObject>(
  key: string,
  members: readonly Member[],
): ReadonlyMap<unknown, Member> {
  return new Map(members.map((member) => [literalOf(member.entries[key]), member]));
}

/** What a value has under its tag key; undefined for everything that is no object. */
export function tagOf(key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function shown(tag: unknown): string {
  return typeof tag === "string" ? `"${tag.slice(0, 64)}"` : typeof tag;
}

function literalOf(schema: v.ObjectEntries[string] | undefined): unknown {
  return schema !== undefined && "literal" in schema ? schema.literal : undefined;
}
