/** Where profiles are registered, in the order in which the places are looked through. */
export const REGISTRY_SOURCES = ["builtin", "user", "project"] as const;
export type RegistrySource = typeof REGISTRY_SOURCES[number];

/** A profile by its name; without a source the name must be unique. */
export interface ProfileName {
  readonly kind: "name";
  readonly name: string;
  readonly source: RegistrySource | null;
}

/** What a person names with `--profile` (spec 70 §3.3). */
export type ProfileSelector =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string }
  | ProfileName;

/** What looks like a file, also one of a type that is refused: nobody means a name by it. */
const FILE = /\/|^\.|\.(toml|json|ts|nix)$/;

/** Reads a selector; every text is one. */
export function parseSelector(text: string): ProfileSelector {
  if (text === "default") return { kind: "default" };
  if (text.startsWith("path:")) return { kind: "file", path: text.slice("path:".length) };
  const name = parseName(text);
  return name.source === null && FILE.test(text) ? { kind: "file", path: text } : name;
}

/** Reads `name` or `source:name`; an unknown source is part of the name. */
export function parseName(text: string): ProfileName {
  const source = REGISTRY_SOURCES.find((known) => text.startsWith(`${known}:`)) ?? null;
  return { kind: "name", name: source === null ? text : text.slice(source.length + 1), source };
}

/** The text that means a profile, and no other of the same name. */
export function qualifiedName({ source, name }: Pick<ProfileName, "source" | "name">): string {
  return source === null ? name : `${source}:${name}`;
}
