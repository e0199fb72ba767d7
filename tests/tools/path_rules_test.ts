import { equal } from "../support/assert.ts";
import { compileRules, parseIgnoreFile, type Verdict } from "../../lib/tools/path_rules.ts";

const judgements: [rules: string[], path: string, verdict: Verdict][] = [
  [["a"], "a", "listed"],
  [["a"], "x/y/a", "listed"],
  [["a"], "a/b", undefined],
  [["a/"], "a/", "listed"],
  [["a/"], "a", undefined],
  [["/a"], "x/a", undefined],
  [["x/a"], "x/a", "listed"],
  [["x/a"], "y/x/a", undefined],
  [["**/x/a"], "y/x/a", "listed"],
  [["x/**"], "x/y/z", "listed"],
  [["x/**"], "x/", undefined],
  [["x/**/z"], "x/z", "listed"],
  [["x/*/z"], "x/y/y/z", undefined],
  [["*.log"], ".log", "listed"],
  [["*.log", "!a.log"], "a.log", "excepted"],
  [["!a.log", "*.log"], "a.log", "listed"],
  [["*", "!*.txt"], "dir/", "listed"],
  [["*.{ts,js}"], "x/a.js", "listed"],
  [["\\!a"], "!a", "listed"],
  [["a\\*"], "ab", undefined],
  [["[!a]"], "b", "listed"],
  [["[!a]"], "a", undefined],
];
for (const [rules, path, verdict] of judgements) {
  Deno.test(`50.4-5 ${rules.join(" ")} says of ${path}: ${verdict}`, () => {
    const isDirectory = path.endsWith("/");
    equal(compileRules(rules)(path.replace(/\/$/, ""), isDirectory), verdict);
  });
}

Deno.test("50.4-5 an ignore file has comments, spaces at line ends and lines that mean nothing", () => {
  const rules = parseIgnoreFile("\uFEFF# a\r\n\r\nb  \r\nc\\ \n[d\n/\n\\#e\n");
  for (const path of ["b", "c ", "#e"]) equal(rules(path, false), "listed", path);
  for (const path of ["a", "# a", "c", "[d", "d"]) equal(rules(path, false), undefined, path);
});
