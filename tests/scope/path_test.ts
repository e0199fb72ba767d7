import { equal } from "../support/assert.ts";
import fc from "fast-check";
import { isWithin, joinPath, parentPath } from "../../lib/scope/mod.ts";
import { resolvePath } from "../../lib/scope/path.ts";
import { MemoryTree } from "./memory_tree.ts";

const tree = new MemoryTree(["/ws/a/b", "/ws/file", "/etc/passwd"], {
  "/ws/out": "/etc",
  "/ws/up": "..",
  "/ws/dangling": "/etc/new",
  "/ws/loop": "loop",
});
const cases: [string, string | null][] = [
  ["/", "/"],
  ["/ws", "/ws"],
  ["//ws///a/./b/", "/ws/a/b"],
  ["/ws/a/..", "/ws"],
  ["/ws/new", "/ws/new"],
  ["/ws/new/deep/", "/ws/new/deep"],
  ["/ws/a/../new", "/ws/new"],
  ["/ws/out/passwd", "/etc/passwd"],
  ["/ws/out/new/x", "/etc/new/x"],
  ["/ws/up/etc/passwd", "/etc/passwd"],
  ["/ws/dangling", "/ws/dangling"],
  ["/ws/loop/x", "/ws/loop/x"],
  ["/ws/../../../etc/passwd", "/etc/passwd"],
  ["/ws/missing/../x", null],
  ["/ws/missing/..", null],
  ["/missing/a/../../ws/a", null],
  ["ws/a", null],
  ["", null],
  ["~/a", null],
  ["/ws/a\0b", null],
];

for (const [path, expected] of cases) {
  Deno.test(`resolvePath of ${JSON.stringify(path)} is ${expected}`, () => {
    equal(resolvePath(path, tree.realPath), expected);
  });
}

Deno.test("resolving a resolved path changes nothing", () => {
  const name = fc.constantFrom("ws", "a", "b", "file", "out", "up", "etc", "new", "..", ".", "");
  fc.assert(fc.property(fc.array(name, { maxLength: 8 }), (names) => {
    const resolved = resolvePath(`/${names.join("/")}`, tree.realPath);
    if (resolved !== null) equal(resolvePath(resolved, tree.realPath), resolved);
  }));
});

Deno.test("a name that begins like another is not below it", () => {
  equal(isWithin("/ws-evil/a", "/ws"), false);
  equal(isWithin("/ws2", "/ws"), false);
  equal(isWithin("/WS/a", "/ws"), false);
  equal(isWithin("/ws/a", "/ws"), true);
  equal(isWithin("/ws", "/ws"), true);
  equal(isWithin("/ws", "/"), true);
});

Deno.test("parentPath and joinPath treat the root as a directory", () => {
  equal(parentPath("/"), null);
  equal(parentPath("/ws"), "/");
  equal(parentPath("/ws/a"), "/ws");
  equal(joinPath("/", "ws", "a"), "/ws/a");
  equal(joinPath("/ws", "a"), "/ws/a");
  equal(joinPath("/ws"), "/ws");
});
