import { deepEqual, equal } from "../support/assert.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { engines, linesBelow, search } from "./search_calls.ts";

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
