import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { absolutePath, parentDirectory } from "../../lib/manifest/mod.ts";
import { toml } from "./support.ts";

Deno.test("70.1.5 a relative path is joined to its base and nothing else happens to it", () => {
  equal(absolutePath("/b", "x/../y"), "/b/x/../y");
  equal(absolutePath("/b", "."), "/b");
  equal(absolutePath("/", "x"), "/x");
  equal(absolutePath("/b", "~/x"), "/b/~/x");
  equal(absolutePath("/b", "/x"), "/x");
});

Deno.test("parentDirectory stops at the root", () => {
  equal(parentDirectory("/a/b.toml"), "/a");
  equal(parentDirectory("/a"), "/");
});

Deno.test("70.1.5 every key that holds a path is made absolute, and no other", async () => {
  const layer = await toml(
    `[pod]
    name = "n"
    prompt_pack = "pp"
    [model]
    ref = "a/b"
    auth = { kind = "api_key", env = "E", file = "f" }
    [[scope.allow]]
    target = "t1"
    permission = "read"
    [[scope.deny]]
    target = "t2"
    permission = "read"
    [compaction.model]
    auth = { kind = "api_key", file = "c" }
    [memory]
    workspace_root = "w"
    [memory.extract_model]
    auth = { kind = "api_key", file = "e" }
    [memory.consolidation_model]
    auth = { kind = "api_key", file = "k" }
    [skills]
    directories = ["s", "/abs"]`,
    "/b",
  );
  const key = (file: string) => ({ auth: { kind: "api_key", file } });
  const rule = (target: string) => [{ target, permission: "read", recursive: true }];
  deepEqual(layer, {
    pod: { name: "n", prompt_pack: "/b/pp" },
    model: { ref: "a/b", auth: { kind: "api_key", env: "E", file: "/b/f" } },
    scope: { allow: rule("/b/t1"), deny: rule("/b/t2") },
    compaction: { model: key("/b/c") },
    memory: {
      workspace_root: "/b/w",
      extract_model: key("/b/e"),
      consolidation_model: key("/b/k"),
    },
    skills: { directories: ["/b/s", "/abs"] },
  });
});
