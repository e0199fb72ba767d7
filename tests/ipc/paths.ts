import type { ScopeRule } from "../../lib/protocol/mod.ts";

/** All paths of two names up to four levels deep, the root included. */
export const TREE = levels(4);
/** Rules are about the upper levels, so that below every target there is something to differ in. */
export const TARGETS = levels(2).filter((path) => path !== "/");

/** The paths that a rule is about, by counting names: a second opinion on the geometry of scope. */
export function pathsOf({ target, recursive }: ScopeRule): string[] {
  const from = namesOf(target);
  return TREE.filter((path) => {
    const names = namesOf(path);
    if (from.some((name, index) => names[index] !== name)) return false;
    return recursive || names.length <= from.length + 1;
  });
}

/** The paths that any of the rules is about which grant, or deny, to write. */
export function writePathsOf(rules: readonly ScopeRule[]): Set<string> {
  return new Set(rules.filter((rule) => rule.permission === "write").flatMap(pathsOf));
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "");
}

function levels(depth: number): string[] {
  if (depth === 0) return ["/"];
  const above = levels(depth - 1);
  const below = above.flatMap((path) =>
    ["a", "b"].map((name) => `${path === "/" ? "" : path}/${name}`)
  );
  return [...new Set([...above, ...below])];
}
