import fc from "fast-check";
import { type Allocation, findByName, type Pods, RegistryError } from "../../lib/ipc/mod.ts";
import {
  delegate,
  reclaimDelegation,
  reclaimStale,
  register,
  release,
} from "../../lib/ipc/registry.ts";
import { isWithinScope, writeOwners } from "../../lib/ipc/write_area.ts";
import type { Permission, ScopeRule } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { pod, reservation } from "./allocations.ts";
import { pathsOf, TARGETS, TREE, writePathsOf } from "./paths.ts";

const NAMES = ["p", "q", "r", "s", "t"];

const name = fc.constantFrom(...NAMES);
const rule: fc.Arbitrary<ScopeRule> = fc.record({
  target: fc.constantFrom(...TARGETS),
  permission: fc.constantFrom<Permission>("write", "write", "read"),
  recursive: fc.boolean(),
});
const rules = fc.array(rule, { maxLength: 3 });

/** Pods with any rules; each is top level, or below one that stands before it. */
const forest: fc.Arbitrary<Pods> = fc.array(
  fc.record({ allow: rules, deny: rules, above: fc.nat(NAMES.length) }),
  { maxLength: NAMES.length },
).map((shapes) =>
  shapes.map(({ allow, deny, above }, index) => {
    const delegated_from = above < index ? NAMES[above] ?? null : null;
    return pod(NAMES[index] ?? "", allow, { scope_deny: deny, delegated_from });
  })
);

Deno.test("the owners of a rule are, one a tree, pods that can write there with none below them that can", () => {
  fc.assert(fc.property(forest, rule, (pods, wanted) => {
    const able = pods.filter((each) => canWriteIn(each, wanted));
    const deepest = able.filter((each) => !able.some((other) => isBelow(pods, other, each)));
    const owners = writeOwners(pods, wanted);
    for (const { pod: owner, rule } of owners) {
      ok(deepest.includes(owner), `${owner.pod_name} is no owner`);
      ok(owner.scope_allow.includes(rule) && rule.permission === "write");
      ok(pathsOf(rule).some((path) => pathsOf(wanted).includes(path)));
    }
    const treesOf = (some: Allocation[]) => new Set(some.map((each) => treeOf(pods, each)));
    deepEqual(treesOf(owners.map((owner) => owner.pod)), treesOf(deepest));
    equal(owners.length, treesOf(deepest).size);
  }));
});

Deno.test("a rule is within a scope when one grant reaches all of it and none of it is taken", () => {
  fc.assert(fc.property(forest.filter((pods) => pods.length > 0), rule, (pods, wanted) => {
    const [spawner] = pods;
    if (spawner === undefined) return;
    const covered = spawner.scope_allow.some((allowed) =>
      (allowed.permission === "write" || wanted.permission === "read") &&
      pathsOf(wanted).every((path) => pathsOf(allowed).includes(path))
    );
    const taken = writePathsOf([
      ...spawner.scope_deny,
      ...childrenOf(pods, spawner).flatMap((child) => child.scope_allow),
    ]);
    const isFree = wanted.permission === "read" || !pathsOf(wanted).some((path) => taken.has(path));
    equal(isWithinScope(pods, spawner, wanted), covered && isFree);
  }));
});

type Change = (pods: Pods) => Pods;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(name, rules, rules, fc.boolean()).map(([name, allow, scope_deny, shared]): Change => {
    const newcomer = pod(name, allow, { scope_deny, ...(shared ? { shared } : {}) });
    return (pods) => register(pods, newcomer);
  }),
  fc.tuple(name, name, rules).map(([spawner, child, allow]): Change => (pods) =>
    delegate(pods, spawner, reservation(child, allow))
  ),
  name.map((name): Change => (pods) => release(pods, name, Deno.pid)),
  fc.subarray(NAMES).map((dead): Change => (pods) =>
    reclaimStale(pods, (process) => !dead.some((name) => findByName(pods, name) === process))
  ),
  fc.tuple(name, name).map(([parent, child]): Change => (pods) => {
    const gone = findByName(pods, child);
    // A child that was started by a parent has no denies of its own.
    if (parent === child || gone === undefined || gone.scope_deny.length > 0) return pods;
    return reclaimDelegation(pods, parent, child, gone.scope_allow);
  }),
);

Deno.test("whatever pods do, no path is ever writable by two, one-shots among themselves apart", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      let pods: Pods = [];
      for (const next of changes) {
        pods = unlessRefused(next, pods);
        for (const path of TREE) {
          const writers = pods.filter((each) => effectivePaths(pods, each).has(path));
          const isShared = writers.every((writer) => writer.shared);
          ok(writers.length <= 1 || isShared, `${path}: ${writers.map((each) => each.pod_name)}`);
        }
      }
    }),
    { numRuns: 500 },
  );
});

function unlessRefused(next: Change, pods: Pods): Pods {
  try {
    return next(pods);
  } catch (error) {
    if (error instanceof RegistryError) return pods;
    throw error;
  }
}

/** Where a pod can write now: what it was granted, less what it denies itself and has handed over. */
function effectivePaths(pods: Pods, each: Allocation): Set<string> {
  const handedOver = childrenOf(pods, each).flatMap((child) => child.scope_allow);
  return writePathsOf(each.scope_allow)
    .difference(writePathsOf(each.scope_deny))
    .difference(writePathsOf(handedOver));
}

function canWriteIn(each: Allocation, wanted: ScopeRule): boolean {
  const area = pathsOf(wanted);
  const isDenied = each.scope_deny.some((denied) =>
    denied.permission === "write" && area.every((path) => pathsOf(denied).includes(path))
  );
  return !isDenied && area.some((path) => writePathsOf(each.scope_allow).has(path));
}

function childrenOf(pods: Pods, parent: Allocation): Pods {
  return pods.filter((each) => each.delegated_from === parent.pod_name);
}

function isBelow(pods: Pods, each: Allocation, above: Allocation): boolean {
  const parent = pods.find((other) => other.pod_name === each.delegated_from);
  return parent !== undefined && (parent === above || isBelow(pods, parent, above));
}

function treeOf(pods: Pods, each: Allocation): string {
  const parent = pods.find((other) => other.pod_name === each.delegated_from);
  return parent === undefined ? each.pod_name : treeOf(pods, parent);
}
