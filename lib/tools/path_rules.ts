import { ToolError } from "../agent/mod.ts";
import { compileGlobs, globSource } from "./glob_pattern.ts";

/** What rules say of a path: a pattern lists it, one that begins with `!` excepts it, or nothing. */
export type Verdict = "listed" | "excepted" | undefined;

/** Judges a path relative to the directory that the rules are for. */
export type PathRules = (path: string, isDirectory: boolean) => Verdict;

interface Rule {
  readonly verdict: "listed" | "excepted";
  /** Matches paths of which those of directories end in a slash. */
  readonly source: string;
}

interface RuleRun {
  readonly verdict: Verdict;
  readonly matches: (path: string) => boolean;
}

/**
 * Rules in the language of `.gitignore`; the last one that matches counts. They judge a path alone:
 * what holds for a directory has to be asked of that directory.
 *
 * @throws {ToolError} `invalid glob pattern: …`
 */
export function compileRules(patterns: readonly string[]): PathRules {
  const runs = inRuns(patterns.map(parseRule));
  return (path, isDirectory) => {
    const tested = isDirectory ? `${path}/` : path;
    return runs.findLast(({ matches }) => matches(tested))?.verdict;
  };
}

/** The rules of an ignore file. Lines that are no pattern are left out, as git does. */
export function parseIgnoreFile(text: string): PathRules {
  const patterns = text.replace(/^\uFEFF/, "").split(/\r?\n/)
    .map(withoutTrailingSpaces)
    .filter((line) => line !== "" && line !== "/" && !line.startsWith("#"));
  return tryRules(patterns) ?? compileRules(patterns.filter((line) => tryRules([line]) !== null));
}

function tryRules(patterns: readonly string[]): PathRules | null {
  try {
    return compileRules(patterns);
  } catch (error) {
    if (error instanceof ToolError) return null;
    throw error;
  }
}

function parseRule(pattern: string): Rule {
  const negated = pattern.startsWith("!");
  const written = negated ? pattern.slice(1) : pattern;
  const onlyDirectories = written.endsWith("/");
  const path = onlyDirectories ? written.slice(0, -1) : written;
  // A slash ties the pattern to the directory of its file; a mere name is meant at any depth.
  const anchored = path.includes("/") ? path.replace(/^\//, "") : `**/${path}`;
  const source = globSource(anchored, { wildcardsCrossSlash: false });
  return {
    verdict: negated ? "excepted" : "listed",
    source: source + (onlyDirectories ? "/" : "/?"),
  };
}

/** Compiles neighbours with the same verdict into one expression: a path is then tested only a few times. */
function inRuns(rules: readonly Rule[]): RuleRun[] {
  const runs: Rule[][] = [];
  for (const rule of rules) {
    const last = runs.at(-1);
    if (last?.[0]?.verdict === rule.verdict) last.push(rule);
    else runs.push([rule]);
  }
  return runs.map((run) => ({
    verdict: run[0]?.verdict,
    matches: compileGlobs(run.map(({ source }) => source)),
  }));
}

/** A space at the end counts only behind a backslash. */
function withoutTrailingSpaces(line: string): string {
  const trimmed = line.trimEnd();
  return trimmed.endsWith("\\") && trimmed !== line ? `${trimmed} ` : trimmed;
}
