import { deepEqual, equal, match, rejects, throws } from "../support/assert.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { engines, linesBelow, search } from "./search_calls.ts";
import { searchUnprivileged } from "./unprivileged_search.ts";

const FILES: Record<string, string> = {
  "a.txt": "one\ntwo\nThree two\nfour\nfive\nsix two\nseven\n",
  "b.txt": "nothing\n",
  "sub/c.rs": "fn main() {\n    two();\n}\n",
  "sub/windows.txt": "two\r\nend\r\n",
  ".hidden/two.txt": "two\n",
  ".env": "two\n",
  "dist/two.txt": "two\n",
  "denied/two.txt": "two\n",
  "gap.txt": "\n\n\nzebra",
  "日本語/メモ.txt": "二行目 🎉\nübung\n",
  ".gitignore": "dist/\n",
  ".git/HEAD": "two\n",
};

interface Case {
  readonly name: string;
  readonly input: JsonObject;
  readonly summary: string;
  /** With paths relative to the workspace. */
  readonly lines?: string[];
}

const inText = { pattern: "two", path: "a.txt", output_mode: "content" };

const cases: Case[] = [
  {
    name: "50.13-23 by default the files are named, ordered by path",
    input: { pattern: "two" },
    summary: "Found matches in 3 file(s)",
    lines: ["a.txt", "sub/c.rs", "sub/windows.txt"],
  },
  {
    name: "50.13-23 content, with the numbers of lines",
    input: { pattern: "two", output_mode: "content" },
    summary: "5 matching line(s) in 3 file(s)",
    lines: [
      "a.txt:2:two",
      "a.txt:3:Three two",
      "a.txt:6:six two",
      "sub/c.rs:2:    two();",
      "sub/windows.txt:1:two",
    ],
  },
  {
    name: "50.4-5 content without the numbers of lines",
    input: { ...inText, "-n": false, "-A": 1, head_limit: 1 },
    summary: "1 matching line(s) in 1 file(s) (truncated at 1)",
    lines: ["a.txt:two"],
  },
  {
    name: "50.13-23 count",
    input: { pattern: "two", output_mode: "count", glob: "a.*" },
    summary: "Found matches in 1 file(s), 3 total line(s)",
    lines: ["a.txt:3"],
  },
  {
    name: "50.13-23 count, of all files",
    input: { pattern: "t", output_mode: "count", glob: "*.txt", "-i": true },
    summary: "Found matches in 3 file(s), 5 total line(s)",
    lines: ["a.txt:3", "b.txt:1", "sub/windows.txt:1"],
  },
  {
    name: "50.13-23 ignoring case",
    input: { pattern: "THREE|Ü", "-i": true, output_mode: "content" },
    summary: "2 matching line(s) in 2 file(s)",
    lines: ["a.txt:3:Three two", "日本語/メモ.txt:2:übung"],
  },
  {
    name: "50.13-23 lines around a match, and a separator where lines are left out",
    input: { ...inText, "-C": 1 },
    summary: "3 matching line(s) in 1 file(s)",
    lines: [
      "a.txt-1-one",
      "a.txt:2:two",
      "a.txt:3:Three two",
      "a.txt-4-four",
      "a.txt-5-five",
      "a.txt:6:six two",
      "a.txt-7-seven",
    ],
  },
  {
    name: "50.4-5 lines before and after a match",
    input: { ...inText, pattern: "one|six", "-B": 1, "-A": 1 },
    summary: "2 matching line(s) in 1 file(s)",
    lines: ["a.txt:1:one", "a.txt-2-two", "--", "a.txt-5-five", "a.txt:6:six two", "a.txt-7-seven"],
  },
  {
    name: "50.4-5 empty lines before a match",
    input: { pattern: "zebra", path: "gap.txt", output_mode: "content", "-C": 2 },
    summary: "1 matching line(s) in 1 file(s)",
    lines: ["gap.txt-2-", "gap.txt-3-", "gap.txt:4:zebra"],
  },
  {
    name: "50.4-5 -C goes before -A and -B",
    input: { ...inText, pattern: "four", "-B": 3, "-A": 3, "-C": 0 },
    summary: "1 matching line(s) in 1 file(s)",
    lines: ["a.txt:4:four"],
  },
  {
    name: "50.13-23 a match over several lines is one entry",
    input: { pattern: "main.*?two", multiline: true, output_mode: "content" },
    summary: "1 matching line(s) in 1 file(s)",
    lines: ["sub/c.rs:1:fn main() {", "    two();"],
  },
  {
    name: "50.4-5 with multiline too, matches on neighbouring lines are entries of their own",
    input: { ...inText, pattern: "^t\\w+$|Three\\s", multiline: true, "-A": 1 },
    summary: "2 matching line(s) in 1 file(s)",
    lines: ["a.txt:2:two", "a.txt:3:Three two", "a.txt-4-four"],
  },
  {
    name: "50.4-5 without multiline a match never crosses a line end",
    input: { ...inText, pattern: "one\\s+two|four[^x]five|seven\\s" },
    summary: "No matches",
  },
  {
    name: "50.13-23 files by glob",
    input: { pattern: "two", glob: "*.{rs,md}" },
    summary: "Found matches in 1 file(s)",
    lines: ["sub/c.rs"],
  },
  {
    name: "50.4-5 files by a glob that excludes",
    input: { pattern: "two", glob: "!sub/*.rs" },
    summary: "Found matches in 2 file(s)",
    lines: ["a.txt", "sub/windows.txt"],
  },
  {
    name: "50.4-5 a file that a glob names is searched though it is hidden",
    input: { pattern: "two", glob: ".env" },
    summary: "Found matches in 1 file(s)",
    lines: [".env"],
  },
  {
    name: "50.4-5 a glob with a slash starts at the searched directory",
    input: { pattern: "two", glob: "/sub/**" },
    summary: "Found matches in 2 file(s)",
    lines: ["sub/c.rs", "sub/windows.txt"],
  },
  {
    name: "50.13-23 files by type",
    input: { pattern: "two", type: "rust" },
    summary: "Found matches in 1 file(s)",
    lines: ["sub/c.rs"],
  },
  {
    name: "50.4-5 files by type and glob",
    input: { pattern: "two", type: "txt", glob: "sub/*" },
    summary: "Found matches in 1 file(s)",
    lines: ["sub/windows.txt"],
  },
  {
    name: "50.13-23 the first of more matches than may be shown",
    input: { pattern: "two", output_mode: "content", head_limit: 2 },
    summary: "2 matching line(s) in 1 file(s) (truncated at 2)",
    lines: ["a.txt:2:two", "a.txt:3:Three two"],
  },
  {
    name: "50.13-23 the last of some matches",
    input: { pattern: "two", output_mode: "content", offset: 3 },
    summary: "2 matching line(s) in 2 file(s)",
    lines: ["sub/c.rs:2:    two();", "sub/windows.txt:1:two"],
  },
  {
    name: "50.12.2-26 as many as may be shown are not too many",
    input: { pattern: "two", output_mode: "content", head_limit: 5 },
    summary: "5 matching line(s) in 3 file(s)",
    lines: [
      "a.txt:2:two",
      "a.txt:3:Three two",
      "a.txt:6:six two",
      "sub/c.rs:2:    two();",
      "sub/windows.txt:1:two",
    ],
  },
  {
    name: "50.12.2-26 a head_limit of 0 is no limit",
    input: { pattern: "two", head_limit: 0 },
    summary: "Found matches in 3 file(s)",
    lines: ["a.txt", "sub/c.rs", "sub/windows.txt"],
  },
  {
    name: "50.12.2-26 files are limited and skipped as well",
    input: { pattern: "two", head_limit: 1, offset: 1, output_mode: "count" },
    summary: "Found matches in 1 file(s), 1 total line(s) (truncated at 1)",
    lines: ["sub/c.rs:1"],
  },
  {
    name: "50.12.2-26 the last match that is shown keeps the lines after it",
    input: { ...inText, head_limit: 2, "-A": 5 },
    summary: "2 matching line(s) in 1 file(s) (truncated at 2)",
    lines: ["a.txt:2:two", "a.txt:3:Three two", "a.txt-4-four", "a.txt-5-five"],
  },
  {
    name: "50.12.2-26 a match that is skipped takes the lines around it along",
    input: { ...inText, offset: 2, "-C": 2 },
    summary: "1 matching line(s) in 1 file(s)",
    lines: ["a.txt-4-four", "a.txt-5-five", "a.txt:6:six two", "a.txt-7-seven"],
  },
  {
    name: "50.13-23 no file matches",
    input: { pattern: "zzz" },
    summary: "No files matched",
  },
  {
    name: "50.12.2-25 the path may be a file, also a hidden one",
    input: { pattern: "two", path: ".hidden/two.txt", glob: "*.rs", type: "rust" },
    summary: "Found matches in 1 file(s)",
    lines: [".hidden/two.txt"],
  },
  {
    name: "50.4-5 the path may be a directory that is hidden or ignored",
    input: { pattern: "two", path: "dist", output_mode: "content" },
    summary: "1 matching line(s) in 1 file(s)",
    lines: ["dist/two.txt:1:two"],
  },
  {
    name: "50.4-5 what the scope denies is not found, whatever names it",
    input: { pattern: "two", glob: "two.txt" },
    summary: "No files matched",
  },
  {
    name: "50.13-20 Japanese and emoji",
    input: { pattern: "二.目 🎉", output_mode: "content" },
    summary: "1 matching line(s) in 1 file(s)",
    lines: ["日本語/メモ.txt:1:二行目 🎉"],
  },
];
for (const engine of engines) {
  for (const { name, input, summary, lines = [] } of cases) {
    Deno.test(`${name} (${engine.name})`, async () => {
      await using space = await FileWorkspace.create({
        files: FILES,
        deny: { "ws/denied": "read" },
      });
      const output = await search(space, "Grep", input, engine);
      deepEqual([output.summary, linesBelow(space, output)], [summary, lines]);
      equal(output.content === undefined, lines.length === 0);
    });
  }
}

const errors: [string, JsonObject, RegExp][] = [
  ["an open group", { pattern: "(" }, /^invalid regex: missing closing \)/],
  ["look-ahead", { pattern: "a(?=b)" }, /^invalid regex: look-around is not supported$/],
  ["look-behind", { pattern: "(?<!a)b" }, /^invalid regex: look-around is not supported$/],
  ["a back-reference", { pattern: "(a)\\1" }, /^invalid regex: back-references are not supported$/],
  ["a line end in one line", { pattern: "a\\nb" }, /^invalid regex: .* multiline$/],
  ["a counter too large", { pattern: "a{2000}" }, /^invalid regex: invalid repeat count/],
  ["a counter on nothing", { pattern: "*a" }, /^invalid regex: missing argument/],
  ["a bad pattern and a bad path", { pattern: "(", path: "none" }, /^invalid regex: /],
  ["a path that is missing", { pattern: "a", path: "none" }, /^file not found: none$/],
  ["a path outside", { pattern: "a", path: "../out" }, /^path is outside allowed scope: /],
  ["an unknown type", { pattern: "a", type: "none" }, /^invalid argument: invalid type none: /],
  ["a bad glob", { pattern: "a", glob: "[a" }, /^invalid glob pattern: /],
];
for (const engine of engines) {
  for (const [name, input, message] of errors) {
    Deno.test(`50.13-23 Grep refuses ${name} (${engine.name})`, async () => {
      await using space = await FileWorkspace.create({ files: FILES });
      await rejects(search(space, "Grep", input, engine), { message });
    });
  }

  Deno.test(`50.1-4 Grep does not follow a link to a directory (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: FILES });
    await Deno.symlink(`${space.ws}/sub`, `${space.ws}/link`);
    await Deno.symlink(`${space.ws}/a.txt`, `${space.ws}/link.txt`);
    await rejects(search(space, "Grep", { pattern: "two", path: "link" }, engine), {
      message: /^Grep does not follow symlink directories: /,
    });
    const { content } = await search(space, "Grep", { pattern: "Three" }, engine);
    equal(content, `${space.ws}/a.txt\n`);
    const linked = { pattern: "Three", path: "link.txt" };
    equal((await search(space, "Grep", linked, engine)).content, `${space.ws}/link.txt\n`);
  });

  Deno.test(`50.13-23 Grep skips binary files (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: { "text": "two\n" } });
    const files: [string, string][] = [
      ["early", "\0\x01two\n"],
      ["between", "two\n\0\ntwo\n"],
      ["late", `two\n${"x\n".repeat(5000)}\0two\n`],
    ];
    for (const [name, text] of files) await Deno.writeTextFile(`${space.ws}/${name}`, text);
    const output = await search(space, "Grep", { pattern: "two", output_mode: "count" }, engine);
    deepEqual(linesBelow(space, output), ["late:2", "text:1"]);
  });

  Deno.test(`50.4-5 Grep reads UTF-16 and marks of byte order (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: { "utf8": "\uFEFFtwo ü\n" } });
    const units = Uint16Array.from("\uFEFFone\ntwo ü\n", (unit) => unit.charCodeAt(0));
    const big = units.map((unit) => (unit & 0xFF) << 8 | unit >> 8);
    await Deno.writeFile(`${space.ws}/utf16le`, new Uint8Array(units.buffer));
    await Deno.writeFile(`${space.ws}/utf16be`, new Uint8Array(big.buffer));
    const input = { pattern: "^two ü$", output_mode: "content" };
    const output = await search(space, "Grep", input, engine);
    deepEqual(linesBelow(space, output), ["utf16be:2:two ü", "utf16le:2:two ü", "utf8:1:two ü"]);
  });

  Deno.test(`50.13-24 Grep passes over what it cannot read, and says so (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({
      files: { "a": "two\n", "b": "two\n", "c/d": "two\n", "denied/e": "two\n" },
    });
    for (const path of ["b", "c", "denied/e"]) Deno.chmodSync(`${space.ws}/${path}`, 0);
    const output = await searchUnprivileged(space.root, { pattern: "two" }, engine.rgPath);
    deepEqual([output.summary, linesBelow(space, output)], [
      "Found matches in 1 file(s) (1 file(s) could not be searched)",
      ["a"],
    ]);
  });

  Deno.test(`50.13-24 Grep shows a Latin-1 line as far as it can (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: { "a": "two\n" } });
    const latin1 = Uint8Array.from("caf\xE9 two\ntwo\n", (letter) => letter.charCodeAt(0));
    await Deno.writeFile(`${space.ws}/latin1`, latin1);
    for (const multiline of [false, true]) {
      const input = { pattern: "two\\s?", output_mode: "content", multiline };
      const output = await search(space, "Grep", input, engine);
      deepEqual(linesBelow(space, output), ["a:1:two", "latin1:1:caf\uFFFD two", "latin1:2:two"]);
    }
  });

  Deno.test(`50.4-5 a very long line is clipped (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({
      files: { "min.js": `${"x".repeat(500_000)}two${"y".repeat(500_000)}\n` },
    });
    const { content = "" } = await search(
      space,
      "Grep",
      { pattern: "xtwoy", output_mode: "content" },
      engine,
    );
    match(content, /min\.js:1:x{900,} \[…\d+ characters left out…\] y{900,}\n$/);
  });

  Deno.test(`50.12.2-26 a search that is cancelled ends (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: FILES });
    const signal = AbortSignal.abort(new Error("enough"));
    await rejects(search(space, "Grep", { pattern: "two" }, { ...engine, signal }), {
      message: "enough",
    });
  });

  Deno.test(`50.12.2-26 files of many pieces have the right line numbers (${engine.name})`, async () => {
    await using space = await FileWorkspace.create();
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index + 1}`);
    await Deno.writeTextFile(`${space.ws}/big`, lines.join("\n"));
    const input = { pattern: "^line (1|50000|100000)$", output_mode: "content", "-C": 1 };
    const output = await search(space, "Grep", input, engine);
    deepEqual(linesBelow(space, output), [
      "big:1:line 1",
      "big-2-line 2",
      "--",
      "big-49999-line 49999",
      "big:50000:line 50000",
      "big-50001-line 50001",
      "--",
      "big-99999-line 99999",
      "big:100000:line 100000",
    ]);
  });
}

Deno.test("50.12.2-26 a pattern that would make others backtrack for ever takes no time", async () => {
  await using space = await FileWorkspace.create({ files: { "a": `${"a".repeat(5000)}!\n` } });
  const { summary } = await search(space, "Grep", { pattern: "(a+)+$" });
  equal(summary, "No files matched");
});

Deno.test("50.4-5 an rg that cannot be started is the tool's failure", async () => {
  await using space = await FileWorkspace.create({ files: FILES });
  await rejects(search(space, "Grep", { pattern: "two" }, { rgPath: `${space.root}/none` }), {
    kind: "Execution failed",
    message: /^spawn rg: /,
  });
});

Deno.test("50.12.2-26 a search that is cancelled ends rg", async () => {
  await using space = await FileWorkspace.create({ files: FILES });
  const rgPath = `${space.root}/rg`;
  await Deno.writeTextFile(rgPath, `#!/bin/sh\necho $$ > ${space.root}/id\nexec sleep 600\n`);
  await Deno.chmod(rgPath, 0o755);
  const cancel = new AbortController();
  const options = { rgPath, signal: cancel.signal };
  const failure = rejects(search(space, "Grep", { pattern: "two" }, options), {
    message: "enough",
  });
  const id = await until(() => Number(textOf(`${space.root}/id`)));
  cancel.abort(new Error("enough"));
  await failure;
  throws(() => Deno.kill(id, "SIGKILL"), Deno.errors.NotFound);
});

/** Waits for something other than nothing; the runner's own time limit ends a wait in vain. */
async function until(find: () => number): Promise<number> {
  let found = find();
  for (; found === 0; found = find()) await new Promise((resolve) => setTimeout(resolve, 5));
  return found;
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
