import { parseName, parseSelector } from "../../../lib/manifest/profile/selector.ts";
import { deepEqual } from "../../support/assert.ts";

Deno.test("70.3.3 a selector is the default, a file or a name", () => {
  const name = (name: string, source: string | null = null) => ({ kind: "name", name, source });
  const file = (path: string) => ({ kind: "file", path });
  const cases: readonly (readonly [text: string, meaning: object])[] = [
    ["default", { kind: "default" }],
    ["path:coder", file("coder")],
    ["path:/a/b.nix", file("/a/b.nix")],
    ["builtin:default", name("default", "builtin")],
    ["user:coder", name("coder", "user")],
    ["project:team/coder.toml", name("team/coder.toml", "project")],
    ["team/coder", file("team/coder")],
    [".coder", file(".coder")],
    ["coder.toml", file("coder.toml")],
    ["coder.json", file("coder.json")],
    ["coder.ts", file("coder.ts")],
    ["coder.nix", file("coder.nix")],
    ["coder", name("coder")],
    ["coder.md", name("coder.md")],
    ["foo:bar", name("foo:bar")],
    ["", name("")],
  ];
  for (const [text, meaning] of cases) deepEqual(parseSelector(text), meaning, text);
});

Deno.test("70.3.2 the default of a registry is always a name", () => {
  deepEqual(parseName("default"), { kind: "name", name: "default", source: null });
  deepEqual(parseName("user:a.toml"), { kind: "name", name: "a.toml", source: "user" });
});
