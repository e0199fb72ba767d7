import { newId } from "../../lib/base/mod.ts";
import {
  adopt,
  delegate,
  findByName,
  findBySegment,
  type Pods,
  reclaimDelegation,
  reclaimStale,
  register,
  release,
  updateSegment,
} from "../../lib/ipc/registry.ts";
import type { RegistryErrorCode } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, throws } from "../support/assert.ts";
import { pod, read, reservation, write } from "./allocations.ts";

function refuses(code: RegistryErrorCode, message: string, change: () => Pods): void {
  throws(change, { name: "RegistryError", code, message });
}

function parents(pods: Pods): Record<string, string | null> {
  return Object.fromEntries(pods.map((each) => [each.pod_name, each.delegated_from]));
}

/** `a` holds /src and has delegated /src/core to `b`. */
function family(): Pods {
  const pods = register([], pod("a", [write("/src")]));
  return delegate(pods, "a", reservation("b", [write("/src/core")]));
}

Deno.test("30.14-38 overlapping write scope is refused, naming the deepest owner", () => {
  refuses(
    "write_conflict",
    "requested scope `/src/core/x` conflicts with pod `b` rule `/src/core`",
    () => register(family(), pod("c", [write("/src/core/x")])),
  );
  refuses(
    "write_conflict",
    "requested scope `/` conflicts with pod `b` rule `/src/core`",
    () => register(family(), pod("c", [write("/")])),
  );
  refuses(
    "write_conflict",
    "requested scope `/src/doc` conflicts with pod `a` rule `/src`",
    () => register(family(), pod("c", [read("/src"), write("/src/doc")])),
  );
});

Deno.test("30.14-38 reading what others write is fine", () => {
  equal(register(family(), pod("c", [read("/src"), write("/doc")])).length, 3);
});

Deno.test("30.14-38 the same name is refused", () => {
  const message = "pod name `a` is already registered";
  refuses("duplicate_name", message, () => register(family(), pod("a", [read("/")])));
  refuses("duplicate_name", message, () => delegate(family(), "b", reservation("a", [])));
});

Deno.test("30.14-38 the same segment under another name is refused", () => {
  const segment_id = newId();
  const pods = register([], pod("a", [], { segment_id }));
  const message = `session ${segment_id} is already held by pod \`a\` at /run/pod/a/sock`;
  refuses("segment_conflict", message, () => register(pods, pod("b", [], { segment_id })));
  const both = register(pods, pod("b", []));
  refuses("segment_conflict", message, () => updateSegment(both, "b", segment_id));
  const reserved = delegate(pods, "a", reservation("c", []));
  refuses("segment_conflict", message, () => adopt(reserved, "c", { pid: 7 }, segment_id));
});

Deno.test("30.14-38 a release opens the scope again", () => {
  const pods = register([], pod("a", [write("/src")]));
  const [left] = register(release(pods, "a", Deno.pid), pod("b", [write("/src")]));
  equal(left?.pod_name, "b");
});

Deno.test("30.14-39 only what the parent may write and no sibling has can be delegated", () => {
  const refusesSubset = (pods: Pods, spawner: string, target: string, rule = write(target)) =>
    refuses(
      "not_subset",
      `requested scope \`${target}\` is not within spawner \`${spawner}\`'s effective scope`,
      () => delegate(pods, spawner, reservation("d", [rule])),
    );
  refusesSubset(family(), "a", "/doc");
  refusesSubset(family(), "a", "/src/core");
  refusesSubset(family(), "a", "/src/core/sub");
  refusesSubset(family(), "a", "/src");
  refusesSubset(family(), "a", "/doc", read("/doc"));
  refusesSubset(family(), "b", "/src/doc");
  const reader = register([], pod("a", [read("/src")]));
  refusesSubset(reader, "a", "/src");
  equal(delegate(reader, "a", reservation("d", [read("/src/core")])).length, 2);
  equal(
    delegate(family(), "a", reservation("d", [read("/src/core"), write("/src/doc")])).length,
    3,
  );
  const denied = register([], pod("a", [write("/src")], { scope_deny: [write("/src/core/x")] }));
  refusesSubset(denied, "a", "/src/core");
});

Deno.test("30.14-39 two grants of a parent do not add up, and a rule that is not recursive reaches less", () => {
  const pods = register([], pod("a", [write("/src/a"), write("/src/b"), write("/doc", false)]));
  for (const rule of [write("/src"), write("/doc"), write("/doc/a"), write("/doc/a", false)]) {
    throws(() => delegate(pods, "a", reservation("d", [rule])), { code: "not_subset" });
  }
  equal(delegate(pods, "a", reservation("d", [write("/doc", false)])).length, 2);
});

Deno.test("30.14-39 what others hold beside the parent cannot be delegated", () => {
  const one = register([], pod("one", [write("/src")], { shared: true }));
  const two = register(one, pod("two", [write("/src/core")], { shared: true }));
  refuses(
    "write_conflict",
    "requested scope `/src/core/x` conflicts with pod `two` rule `/src/core`",
    () => delegate(two, "one", reservation("d", [write("/src/core/x")])),
  );
});

Deno.test("30.14-39 the children of a pod in the middle go to the pod above when it is released", () => {
  const pods = delegate(family(), "b", reservation("d", [write("/src/core/sub")]));
  deepEqual(parents(release(pods, "b", Deno.pid)), { a: null, d: "a" });
  deepEqual(parents(release(pods, "a", Deno.pid)), { b: null, d: "b" });
});

Deno.test("30.14-39 the dead are dropped, and their children go to the pod above that lives", () => {
  const pods = [
    pod("a", [], { pid: 1 }),
    pod("b", [], { pid: 2, delegated_from: "a" }),
    pod("c", [], { pid: 3, delegated_from: "b" }),
    pod("d", [], { pid: 4, delegated_from: "c" }),
  ];
  const without = (...dead: number[]) =>
    parents(reclaimStale(pods, ({ pid }) => !dead.includes(pid)));
  deepEqual(without(2, 3), { a: null, d: "a" });
  deepEqual(without(1, 3), { b: null, d: "b" });
  equal(reclaimStale(pods, () => true), pods);
});

Deno.test("30.14-40 a restored parent that denies /src/core lets a child own it", () => {
  const parent = pod("parent", [write("/src")], { scope_deny: [write("/src/core")] });
  const child = pod("child", [write("/src/core")]);
  equal(register(register([], parent), child).length, 2);
  equal(register(register([], child), parent).length, 2);
});

Deno.test("30.14-40 a deny of a part does not hide a conflict on the whole", () => {
  const pods = register([], pod("parent", [write("/src")], { scope_deny: [write("/src/core")] }));
  refuses(
    "write_conflict",
    "requested scope `/src` conflicts with pod `parent` rule `/src`",
    () => register(pods, pod("other", [write("/src")])),
  );
});

Deno.test("30.14-40 a deny tolerates the rule that it covers, not other rules of the same pod", () => {
  const pods = register([], pod("child", [write("/src/core"), write("/src/doc")]));
  refuses(
    "write_conflict",
    "requested scope `/src` conflicts with pod `child` rule `/src/doc`",
    () => register(pods, pod("parent", [write("/src")], { scope_deny: [write("/src/core")] })),
  );
});

Deno.test("30.14-40 70.11-33 a reclaim removes one of two equal denies, a second one none", () => {
  const scope_deny = [write("/src/core"), read("/key"), write("/src/core")];
  const parent = register([], pod("parent", [write("/src")], { scope_deny }));
  const pods = register(parent, pod("child", [write("/src/core")]));
  const delegated = [write("/src/core"), read("/key")];
  const once = reclaimDelegation(pods, "parent", "child", delegated);
  deepEqual(findByName(once, "parent")?.scope_deny, [read("/key"), write("/src/core")]);
  equal(findByName(once, "child"), undefined);
  equal(reclaimDelegation(once, "parent", "child", delegated), once);
});

Deno.test("a reclaim gives the children of the child to the parent, also after the parent was away", () => {
  const orphans = release(
    delegate(family(), "b", reservation("d", [write("/src/core/sub")])),
    "a",
    Deno.pid,
  );
  const restored = pod("a", [write("/src")], { scope_deny: [write("/src/core")] });
  const pods = reclaimDelegation(register(orphans, restored), "a", "b", [write("/src/core")]);
  deepEqual(parents(pods), { d: "a", a: null });
  deepEqual(parents(reclaimDelegation(orphans, "a", "b", [])), { d: "a" });
});

Deno.test("30.14-42 a reservation is not found by its segment, an adopted one is", () => {
  const segmentId = newId();
  const pods = delegate([pod("a", [], { pid_start_ticks: 1 })], "a", reservation("b", []));
  equal(findBySegment(pods, segmentId), undefined);
  const adopted = adopt(pods, "b", { pid: 7 }, segmentId);
  deepEqual(findBySegment(adopted, segmentId), {
    pod_name: "b",
    pid: 7,
    socket: "/run/pod/b/sock",
    scope_allow: [],
    scope_deny: [],
    delegated_from: "a",
    segment_id: segmentId,
  });
});

Deno.test("30.12-26 a reservation goes with its spawner, and its child then has no place", () => {
  const left = reclaimStale(family(), () => false);
  deepEqual(left, []);
  refuses("unknown_pod", "pod `b` is not registered", () => adopt(left, "b", { pid: 7 }, newId()));
});

Deno.test("a reservation carries the process of the spawner", () => {
  const pods = delegate([pod("a", [], { pid: 7, pid_start_ticks: 9 })], "a", reservation("b", []));
  const { pid, pid_start_ticks, segment_id } = findByName(pods, "b") ?? {};
  deepEqual({ pid, pid_start_ticks, segment_id }, { pid: 7, pid_start_ticks: 9, segment_id: null });
});

Deno.test("50.13-8 write conflicts between pods", () => {
  const holder = register([], pod("A", [write("/src")]));
  throws(() => register(holder, pod("B", [write("/src/core")])), { holder: "A" });
  equal(register(holder, pod("B", [read("/src")])).length, 2);

  const delegated = delegate(holder, "A", reservation("B", [write("/src/core")]));
  throws(() => register(delegated, pod("C", [write("/src/core/x")])), { holder: "B" });
  const sub = reservation("D", [write("/src/core/sub")]);
  throws(() => delegate(delegated, "A", sub), { code: "not_subset" });
  equal(delegate(release(delegated, "B", Deno.pid), "A", sub).length, 2);
});

Deno.test("50.13-9 a third pod beside a restored parent and its child has the parent to blame", () => {
  const parent = pod("parent", [write("/src")], { scope_deny: [write("/src/core")] });
  const child = pod("child", [write("/src/core")]);
  for (const pods of [[parent, child], [child, parent]]) {
    throws(() => register(pods, pod("third", [write("/src")])), { holder: "parent" });
    throws(() => register(pods, pod("third", [write("/src/core")])), { holder: "child" });
  }
});

Deno.test("70.11-24 the second of two overlapping pods starts once the first has ended", () => {
  const first = pod("first", [write("/w")]);
  const second = pod("second", [write("/w/sub")]);
  const pods = register([], first);
  refuses(
    "write_conflict",
    "requested scope `/w/sub` conflicts with pod `first` rule `/w`",
    () => register(pods, second),
  );
  deepEqual(register(release(pods, "first", Deno.pid), second), [second]);
  deepEqual(register(reclaimStale(pods, () => false), second), [second]);
});

Deno.test("70.11-33 when a pod in the middle ends, its area is its parent's again", () => {
  const pods = delegate(family(), "b", reservation("d", [write("/src/core/sub")]));
  for (
    const left of [
      release(pods, "b", Deno.pid),
      reclaimStale(pods, (process) => process !== findByName(pods, "b")),
    ]
  ) {
    equal(findByName(left, "d")?.delegated_from, "a");
    equal(delegate(left, "a", reservation("e", [write("/src/core/other")])).length, 3);
    throws(() => delegate(left, "a", reservation("e", [write("/src/core")])), {
      code: "not_subset",
    });
  }
});

Deno.test("one-shots share with each other, but not with a pod that holds its area alone", () => {
  const shared = { shared: true };
  const oneShots = register([], pod("one", [write("/w")], shared));
  equal(register(oneShots, pod("two", [write("/w")], shared)).length, 2);
  refuses(
    "write_conflict",
    "requested scope `/w` conflicts with pod `one` rule `/w`",
    () => register(oneShots, pod("server", [write("/w")])),
  );
  const server = register([], pod("server", [write("/w")]));
  const late = pod("late", [write("/w/sub")], shared);
  refuses(
    "write_conflict",
    "requested scope `/w/sub` conflicts with pod `server` rule `/w`; " +
      "stop that pod, or use --share to work there beside it",
    () => register(server, late),
  );
  deepEqual(register(server, late, { besideOthers: true }).at(-1), late);
});

Deno.test("what a one-shot has delegated is its child's alone", () => {
  const oneShot = register([], pod("one", [write("/w")], { shared: true }));
  const pods = delegate(oneShot, "one", reservation("child", [write("/w/sub")]));
  const another = pod("two", [write("/w")], { shared: true });
  throws(() => register(pods, another), { holder: "child" });
});

Deno.test("a pod that is not in the table cannot do anything", () => {
  const message = "pod `x` is not registered";
  refuses("unknown_pod", message, () => release([], "x", Deno.pid));
  refuses("unknown_pod", message, () => updateSegment([], "x", newId()));
  refuses("unknown_pod", message, () => delegate([], "x", reservation("y", [])));
});

Deno.test("a pod goes on in another segment, and may name its own again", () => {
  const segmentId = newId();
  const pods = updateSegment(register([], pod("a", [])), "a", segmentId);
  equal(findBySegment(pods, segmentId)?.pod_name, "a");
  deepEqual(updateSegment(pods, "a", segmentId), pods);
});

Deno.test("70.5.4 a place is adopted once", () => {
  const adopted = adopt(family(), "b", { pid: 7 }, newId());
  const message = "pod name `b` is already registered";
  refuses("duplicate_name", message, () => adopt(adopted, "b", { pid: 8 }, newId()));
});

Deno.test("nobody releases what another process has registered or adopted", () => {
  const pods = adopt(family(), "b", { pid: 7 }, newId());
  refuses("unknown_pod", "pod `b` is not registered", () => release(pods, "b", Deno.pid));
  equal(release(pods, "b", 7).length, 1);
});
