import { equal } from "../support/assert.ts";
import fc from "fast-check";
import type { Permission, ScopeRule } from "../../lib/protocol/mod.ts";
import { covers, overlaps, Scope } from "../../lib/scope/mod.ts";

/** All paths of two names up to four levels deep, the root included. */
const tree = levels(4);
/** Rules are about the upper levels, so that below every target there is something to differ in. */
const targets = levels(2);

const rule: fc.Arbitrary<ScopeRule> = fc.record({
  target: fc.constantFrom(...targets),
  permission: fc.constantFrom<Permission>("read", "write"),
  recursive: fc.boolean(),
});

Deno.test("the permission of every path is what a look at each rule says", () => {
  const rules = fc.record({
    allow: fc.array(rule, { minLength: 1, maxLength: 4 }),
    deny: fc.array(rule, { maxLength: 3 }),
  });
  fc.assert(fc.property(rules, ({ allow, deny }) => {
    const scope = Scope.create({ allow, deny }, (path) => path);
    for (const path of tree) {
      equal(scope.permission(path), modelPermission(allow, deny, path), path);
    }
  }));
});

Deno.test("rules overlap when there is a path that both are about", () => {
  fc.assert(fc.property(rule, rule, (a, b) => {
    const paths = coveredBy(a);
    equal(overlaps(a, b), coveredBy(b).some((path) => paths.includes(path)));
  }));
});

Deno.test("a rule covers another when it grants at least as much on all of its paths", () => {
  fc.assert(fc.property(rule, rule, (outer, inner) => {
    const isEnough = outer.permission === "write" || inner.permission === "read";
    const paths = coveredBy(outer);
    equal(covers(outer, inner), isEnough && coveredBy(inner).every((path) => paths.includes(path)));
  }));
});

Deno.test("the order of rules does not matter", () => {
  fc.assert(fc.property(fc.array(rule, { minLength: 1 }), fc.array(rule), (allow, deny) => {
    const scope = Scope.create({ allow, deny }, (path) => path);
    const reversed = Scope.create(
      { allow: allow.toReversed(), deny: deny.toReversed() },
      (path) => path,
    );
    for (const path of tree) equal(scope.permission(path), reversed.permission(path));
  }));
});

Deno.test("a rule on / neither opens nor covers /proc, /sys and /dev", () => {
  const all: ScopeRule = { target: "/", permission: "write", recursive: true };
  const proc: ScopeRule = { target: "/proc", permission: "read", recursive: true };
  const scope = Scope.create({ allow: [all], deny: [] }, (path) => path);
  for (const path of ["/proc", "/proc/1/mem", "/sys/power/state", "/dev/sda"]) {
    equal(scope.permission(path), null, path);
  }
  equal(scope.permission("/process"), "write");
  equal(covers(all, proc), false);
  equal(scope.withAllow([proc]).permission("/proc/1/status"), "read");
});

/** By counting path components, without the code under test. */
function coveredBy({ target, recursive }: ScopeRule): string[] {
  const from = componentsOf(target);
  return tree.filter((path) => {
    const names = componentsOf(path);
    if (from.some((name, index) => names[index] !== name)) return false;
    return recursive || names.length <= from.length + 1;
  });
}

function modelPermission(allow: ScopeRule[], deny: ScopeRule[], path: string): Permission | null {
  const levels = { read: 1, write: 2 };
  const of = (rules: ScopeRule[]) =>
    rules.filter((rule) => coveredBy(rule).includes(path)).map((rule) => levels[rule.permission]);
  const grant = Math.max(0, ...of(allow));
  const cap = Math.min(3, ...of(deny));
  return [null, "read", "write"][Math.min(grant, cap - 1)] as Permission | null;
}

function componentsOf(path: string): string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

function levels(depth: number): string[] {
  if (depth === 0) return ["/"];
  const above = levels(depth - 1);
  const below = above.flatMap((path) =>
    ["a", "b"].map((name) => `${path === "/" ? "" : path}/${name}`)
  );
  return [...new Set([...above, ...below])];
}
