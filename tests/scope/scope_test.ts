import { deepEqual, equal, throws } from "../support/assert.ts";
import type { ScopeRule } from "../../lib/protocol/mod.ts";
import { Scope, ScopeError } from "../../lib/scope/mod.ts";
import { MemoryTree } from "./memory_tree.ts";

const tree = new MemoryTree(["/ws/a", "/ws/docs", "/ws/sub", "/ws/key", "/etc/passwd"], {
  "/ws/out": "/etc",
});

Deno.test("50.13-1 a write rule reaches everything below, a non-recursive one the children", () => {
  const whole = scopeOf([write("/ws")]);
  equal(whole.permission("/ws/a.txt"), "write");
  equal(whole.permission("/ws/b/c/new.txt"), "write");
  equal(whole.permission("/ws2/x"), null);
  const top = scopeOf([write("/ws", false)]);
  equal(top.permission("/ws/top"), "write");
  equal(top.permission("/ws/a"), "write");
  equal(top.permission("/ws/a/b/deep"), null);
});

Deno.test("50.13-2 the widest allow counts, and a deny wins over it", () => {
  for (const allow of [[read("/ws"), write("/ws/docs")], [write("/ws/docs"), read("/ws")]]) {
    equal(scopeOf(allow).permission("/ws/a"), "read");
    equal(scopeOf(allow).permission("/ws/docs/a"), "write");
  }
  const capped = scopeOf([write("/ws")], [write("/ws/sub")]);
  equal(capped.permission("/ws/sub/a"), "read");
  equal(capped.permission("/ws/top"), "write");
  equal(scopeOf([write("/ws")], [read("/ws/key")]).permission("/ws/key"), null);
});

Deno.test("50.13-3 a path that climbs out, or through something missing, has no access", () => {
  const scope = scopeOf([write("/ws")]);
  equal(scope.permission("/ws/../../../etc/passwd"), null);
  equal(scope.permission("/ws/missing/../x"), null);
});

Deno.test("50.13-4 a scope needs an allow rule and absolute targets", () => {
  throws(() => scopeOf([]), {
    name: "ScopeError",
    code: "no_allow_rule",
    message: "scope must declare at least one [[scope.allow]] rule",
  });
  throws(() => scopeOf([write("relative/path")]), {
    code: "relative_target",
    message: "scope target must be absolute: relative/path",
  });
  throws(() => scopeOf([write("/ws")], [write("relative/path")]), ScopeError);
  throws(() => scopeOf([write("/ws/missing/..")]), {
    code: "unresolvable_target",
    message: "failed to resolve scope target /ws/missing/..: could not absolutize target",
  });
});

Deno.test("50.13-5 the summary lists allow rules, the writable ones twice", () => {
  const scope = scopeOf([read("/ws/docs", false), write("/ws")], [write("/ws/sub")]);
  equal(
    scope.summary(),
    "Readable:\n  - /ws/docs [non-recursive]\n  - /ws\nWritable:\n  - /ws",
  );
  equal(scopeOf([read("/ws")]).summary(), "Readable:\n  - /ws");
});

Deno.test("70.11-10 allow and deny over directories, files, links and missing paths", () => {
  const scope = scopeOf([write("/ws")], [write("/ws/sub"), read("/ws/key")]);
  equal(scope.permission("/ws/sub/x"), "read");
  equal(scope.permission("/ws/x"), "write");
  equal(scope.permission("/ws/key"), null);
  equal(scopeOf([read("/ws"), write("/ws"), read("/ws/a")]).permission("/ws/a/x"), "write");
  equal(scopeOf([write("/ws", false)]).permission("/ws/a/x"), null);
  equal(scope.permission("/ws/a/../../etc/passwd"), null);
  equal(scope.permission("/ws/out/passwd"), null);
  equal(scope.permission("/ws/new/deep/file"), "write");
});

for (const number of ["50.13-6", "70.11-11"]) {
  Deno.test(`${number} equal deny layers are taken away one by one`, () => {
    const layer = [write("/ws")];
    let scope = scopeOf([write("/ws")]).withDeny(layer).withDeny(layer);
    equal(scope.permission("/ws/a"), "read");
    scope = scope.withoutDeny(layer);
    equal(scope.permission("/ws/a"), "read");
    scope = scope.withoutDeny(layer);
    equal(scope.permission("/ws/a"), "write");
    scope = scope.withoutDeny(layer);
    equal(scope.permission("/ws/a"), "write");
  });
}

Deno.test("only a layer that is equal in all three fields is taken away", () => {
  const scope = scopeOf([write("/ws")], [write("/ws/sub")]);
  for (const other of [read("/ws/sub"), write("/ws/sub", false), write("/ws/sub/x")]) {
    deepEqual(scope.withoutDeny([other]).rules, scope.rules);
  }
  deepEqual(scope.withoutDeny([write("/ws/a/../sub/")]).rules.deny, []);
});

Deno.test("50.13-10 a target with .. or a link counts as the place where it leads", () => {
  const scope = scopeOf([write("/ws/../etc"), read("/ws/out"), write("/ws/a/../docs/")]);
  deepEqual(scope.rules.allow, [write("/etc"), read("/etc"), write("/ws/docs")]);
  equal(scope.permission("/ws/a"), null);
});

Deno.test("an equal allow rule is kept once, also when it is written differently", () => {
  const scope = scopeOf([write("/ws"), read("/ws"), write("/ws/./")]);
  deepEqual(scope.rules.allow, [write("/ws"), read("/ws")]);
  deepEqual(scope.withAllow([read("/ws"), read("/ws/a")]).rules.allow, [
    write("/ws"),
    read("/ws"),
    read("/ws/a"),
  ]);
});

Deno.test("a denied path that becomes a link later denies what it leads to as well", () => {
  const disk = new MemoryTree(["/ws/real"]);
  const rules = { allow: [write("/ws")], deny: [read("/ws/secrets")] };
  const scope = Scope.create(rules, disk.realPath);
  equal(scope.permission("/ws/real/key"), "write");
  disk.link("/ws/secrets", "/ws/real");
  equal(scope.permission("/ws/real/key"), null);
  equal(scope.permission("/ws/secrets/key"), null);
  equal(scope.snapshot()("/ws/real/key"), null);
  equal(scope.withAllow([read("/ws")]).permission("/ws/real/key"), null);
});

Deno.test("a denied link that is moved denies both its old and its new target", () => {
  const disk = new MemoryTree(["/ws/one", "/ws/two"], { "/ws/private": "one" });
  const rules = { allow: [write("/ws")], deny: [write("/ws/private")] };
  const scope = Scope.create(rules, disk.realPath);
  disk.link("/ws/private", "two");
  equal(scope.permission("/ws/one/a"), "read");
  equal(scope.permission("/ws/two/a"), "read");
});

Deno.test("a granted path that becomes a link later does not grant what it leads to", () => {
  const disk = new MemoryTree(["/ws", "/etc/passwd"]);
  const scope = Scope.create({ allow: [write("/ws/new")], deny: [] }, disk.realPath);
  disk.link("/ws/new", "/etc");
  equal(scope.permission("/ws/new/passwd"), null);
  equal(scope.withAllow([read("/ws")]).permission("/etc/passwd"), null);
});

Deno.test("a snapshot keeps the rules of its moment", () => {
  const disk = new MemoryTree(["/ws/real"]);
  const scope = Scope.create({ allow: [read("/ws")], deny: [read("/ws/secrets")] }, disk.realPath);
  const permissionOf = scope.snapshot();
  disk.link("/ws/secrets", "/ws/real");
  equal(permissionOf("/ws/real/key"), "read");
});

function scopeOf(allow: ScopeRule[], deny: ScopeRule[] = []): Scope {
  return Scope.create({ allow, deny }, tree.realPath);
}

function read(target: string, recursive = true): ScopeRule {
  return { target, permission: "read", recursive };
}

function write(target: string, recursive = true): ScopeRule {
  return { target, permission: "write", recursive };
}
