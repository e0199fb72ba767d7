import { deepEqual } from "../support/assert.ts";
import fc from "fast-check";
import { Pace } from "../../lib/tools/pace.ts";
import { compileRules } from "../../lib/tools/path_rules.ts";
import { walkFiles, type WalkOptions } from "../../lib/tools/walk_files.ts";
import { engines } from "./search_calls.ts";

async function walk(root: string, options: Partial<WalkOptions>): Promise<string[]> {
  const pace = new Pace(new AbortController().signal);
  const all = { root, hidden: false, useIgnoreFiles: true, ...options };
  return await Array.fromAsync(walkFiles(all, pace));
}

/** Makes a throw-away tree; the value of a path is its text, of one with a slash at the end nothing. */
async function makeTree(files: Iterable<[string, string]>) {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-walk-" }));
  for (const [path, text] of files) {
    const at = `${root}/${path}`;
    await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
    if (!path.endsWith("/")) await Deno.writeTextFile(at, text);
  }
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

Deno.test("50.4-5 the order is that of names, level by level", async () => {
  await using tree = await makeTree([
    ["b/z", ""],
    ["b.txt", ""],
    ["a", ""],
    ["b/a/x", ""],
    ["B", ""],
  ]);
  deepEqual(await walk(tree.root, {}), ["B", "a", "b/a/x", "b/z", "b.txt"]);
});

Deno.test("50.4-5 git's ignore files count in a repository only, .ignore everywhere", async () => {
  await using tree = await makeTree([
    [".gitignore", "a\n"],
    [".ignore", "b\n"],
    ["a", ""],
    ["b", ""],
    ["repo/.git/info/exclude", "c\n"],
    ["repo/.gitignore", "d\n!b\n"],
    ["repo/a", ""],
    ["repo/b", ""],
    ["repo/c", ""],
    ["repo/d", ""],
    ["repo/e", ""],
  ]);
  deepEqual(await walk(tree.root, {}), ["a", "repo/a", "repo/e"]);
  deepEqual(await walk(`${tree.root}/repo`, {}), ["a", "e"]);
  deepEqual(await walk(`${tree.root}/repo`, { useIgnoreFiles: false }), ["a", "b", "c", "d", "e"]);
});

Deno.test("50.4-5 an ignored directory can be searched when it is named", async () => {
  await using tree = await makeTree([[".git/", ""], [".gitignore", "dist/\n"], ["dist/a", ""]]);
  deepEqual(await walk(tree.root, {}), []);
  deepEqual(await walk(`${tree.root}/dist`, {}), ["a"]);
});

const names = ["a", "b", "ab", "a.log", "b.txt", ".hid", "dist", "x.js", "a b", "src"];
const patterns = [
  ...["a", "b/", "*.log", "!a.log", "/dist", "dist/", "!dist/", "**/b", "src/**", "a*", "?b"],
  ...["[ab]", "[!a]*", "*.{log,txt}", "src/a", "!src/a", "/a/**/b", "**", "*", "!*.txt", ".hid"],
  ...["!.hid", "a\\ b", "foo/", "*/a", "**/src/b", "!/src", "src/*/", "b/**"],
];
const directory = fc.array(fc.constantFrom(...names), { maxLength: 4 })
  .map((parts) => parts.map((part) => `${part}/`).join(""));
const ignoreFile = fc.tuple(
  directory,
  fc.constantFrom(".gitignore", ".gitignore", ".ignore", ".git/info/exclude"),
  fc.array(fc.constantFrom(...patterns), { minLength: 1, maxLength: 4 }),
).map(([path, name, lines]): [string, string] => [path + name, lines.join("\n")]);
const plainFile = fc.tuple(directory, fc.constantFrom(...names))
  .map(([path, name]): [string, string] => [`${path}${name}.f`, ""]);

for (const { rgPath } of engines) {
  if (rgPath === null) continue;
  Deno.test("50.4-5 in any tree the same files are found as by rg", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plainFile, { minLength: 5, maxLength: 25 }),
        fc.array(ignoreFile, { maxLength: 6 }),
        fc.boolean(),
        fc.option(fc.constantFrom(...patterns)),
        async (files, ignoreFiles, isRepository, glob) => {
          const top: [string, string][] = isRepository ? [[".git/", ""]] : [];
          await using tree = await makeTree([...top, ...files, ...ignoreFiles]);
          const filter = glob === null
            ? undefined
            : { rules: compileRules([glob]), onlyListed: !glob.startsWith("!") };
          const found = await walk(tree.root, { filter });
          const globs = [glob ?? [], "!.git"].flat().map((glob) => `--glob=${glob}`);
          const args = ["--no-config", "--files", "--no-ignore-global", ...globs];
          const { stdout } = await new Deno.Command(rgPath, { args, cwd: tree.root }).output();
          const expected = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
          deepEqual(found.sort(), expected.sort());
        },
      ),
      { numRuns: 60 },
    );
  });
}
