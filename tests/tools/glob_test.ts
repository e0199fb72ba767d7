import { deepEqual, equal, rejects } from "../support/assert.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { linesBelow, search } from "./search_calls.ts";

/** A workspace in which the first of the files is the oldest. */
async function withFiles(paths: string[], contents: Record<string, string> = {}) {
  const files = Object.fromEntries(paths.map((path) => [path, contents[path] ?? ""]));
  const space = await FileWorkspace.create({ files, deny: { "ws/denied": "read" } });
  paths.forEach((path, index) => Deno.utimeSync(`${space.ws}/${path}`, index + 1, index + 1));
  return space;
}

async function find(space: FileWorkspace, input: JsonObject) {
  return linesBelow(space, await search(space, "Glob", input));
}

Deno.test("50.13-22 Glob finds at every depth, newest first, hidden files too", async () => {
  await using space = await withFiles([
    "a.md",
    "sub/x.md",
    "denied/y.md",
    ".hidden/deep/z.md",
    "b.txt",
    ".c.md",
  ]);
  const { summary, content } = await search(space, "Glob", { pattern: "*.md" });
  equal(summary, "Found 4 file(s) matching *.md");
  const newestFirst = [".c.md", ".hidden/deep/z.md", "sub/x.md", "a.md"];
  equal(content, newestFirst.map((path) => `${space.ws}/${path}\n`).join(""));
});

Deno.test("50.13-22 Glob says what is wrong with a pattern or a place", async () => {
  await using space = await withFiles(["a.md", "dir/b.md"]);
  await Deno.symlink(`${space.ws}/dir`, `${space.ws}/link`);
  for (const pattern of ["[bad", "{a,b", "a}", "a\\", "[z-a]"]) {
    await rejects(search(space, "Glob", { pattern }), {
      kind: "Invalid argument",
      message: /^invalid glob pattern: /,
    });
  }
  const errors: [string, RegExp][] = [
    [`${space.ws}/link`, /^Glob does not follow symlink directories: .*\/link -> .*\/dir;/],
    [`${space.ws}/link/`, /^Glob does not follow symlink directories: /],
    [`${space.ws}/a.md`, /^invalid argument: glob search path is not a directory: .*\/a\.md$/],
    [`${space.ws}/none`, /^file not found: /],
    [space.root, /^path is outside allowed scope: /],
  ];
  for (const [path, message] of errors) {
    await rejects(search(space, "Glob", { pattern: "*", path }), { message });
  }
});

Deno.test("50.13-22 Glob without a match has no content", async () => {
  await using space = await withFiles(["a.md"]);
  deepEqual(await search(space, "Glob", { pattern: "*.rs" }), {
    summary: "No files found matching *.rs",
  });
});

const patterns: [string, string[]][] = [
  ["*", ["A.ts", "b.ts", "src/a.ts", "src/deep/a.tsx", "src/x y/c.ts"]],
  ["**/*.ts", ["A.ts", "b.ts", "src/a.ts", "src/x y/c.ts"]],
  ["**/a.ts*", ["src/a.ts", "src/deep/a.tsx"]],
  ["src/**", ["src/a.ts", "src/deep/a.tsx", "src/x y/c.ts"]],
  ["src/**/a.*", ["src/a.ts", "src/deep/a.tsx"]],
  ["src/*.ts", ["src/a.ts", "src/x y/c.ts"]],
  ["?.ts", ["A.ts", "b.ts"]],
  ["src?a.ts", ["src/a.ts"]],
  ["[A-Z].ts", ["A.ts"]],
  ["[!A-Z].ts", ["b.ts"]],
  ["{A,src/{a,b}}.ts", ["A.ts", "src/a.ts"]],
  ["*.t\\s", ["A.ts", "b.ts", "src/a.ts", "src/x y/c.ts"]],
  ["a.ts", []],
  ["*.TS", []],
  ["src", []],
];
for (const [pattern, expected] of patterns) {
  Deno.test(`50.4-4 the pattern ${pattern} is matched with the whole path`, async () => {
    await using space = await withFiles([
      "A.ts",
      "b.ts",
      "src/a.ts",
      "src/deep/a.tsx",
      "src/x y/c.ts",
    ]);
    deepEqual((await find(space, { pattern })).sort(), expected);
  });
}

Deno.test("50.4-4 only regular files are listed", async () => {
  await using space = await withFiles(["real", "dir/inner"]);
  await Deno.symlink(`${space.ws}/real`, `${space.ws}/link`);
  await Deno.symlink(`${space.ws}/dir`, `${space.ws}/linked`);
  await new Deno.Command("mkfifo", { args: [`${space.ws}/pipe`] }).output();
  deepEqual((await find(space, { pattern: "*" })).sort(), ["dir/inner", "real"]);
});

Deno.test("50.4-4 a pattern that would make others backtrack for ever is matched in no time", async () => {
  await using space = await withFiles(["a".repeat(250)]);
  deepEqual(await find(space, { pattern: `${"*a".repeat(60)}b` }), []);
});

Deno.test("50.12.2-24 what ignore files name is left out, and .git always", async () => {
  const ignored = ["dist/x.js", "a.log", "src/b.log", "src/gen/c.js"];
  await using space = await withFiles(
    [".git/config", ".gitignore", "src/.gitignore", ".ignore", "keep.log", "src/d.js", ...ignored],
    {
      ".gitignore": "dist/\n*.log\n!keep.log\n# a comment\n\n",
      "src/.gitignore": "/gen\n",
      ".ignore": "[not a glob\n",
    },
  );
  deepEqual((await find(space, { pattern: "*.{js,log}" })).sort(), ["keep.log", "src/d.js"]);
  deepEqual(
    (await find(space, { pattern: "*.{js,log}", include_ignored: true })).sort(),
    ["keep.log", "src/d.js", ...ignored].sort(),
  );
  deepEqual(await find(space, { pattern: "*config", include_ignored: true }), []);
});

Deno.test("50.4-4 over a thousand files the newest are shown and all are counted", async () => {
  const paths = Array.from({ length: 1003 }, (_, index) => `f${index}`);
  await using space = await withFiles(paths);
  const { summary, content = "" } = await search(space, "Glob", { pattern: "f*" });
  equal(summary, "Found 1003+ files matching f* (truncated to 1000)");
  const lines = linesBelow(space, { summary, content });
  deepEqual([lines.length, lines[0], lines.at(-1)], [1000, "f1002", "f3"]);
});

Deno.test("50.4-4 a search that is cancelled ends", async () => {
  await using space = await withFiles(["a", "b"]);
  const signal = AbortSignal.abort(new Error("enough"));
  await rejects(search(space, "Glob", { pattern: "*" }, { signal }), { message: "enough" });
});
