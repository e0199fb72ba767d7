import { RE2JS, RE2JSSyntaxException } from "re2js";
import { ToolError } from "../agent/mod.ts";

/**
 * A glob as the source of a regular expression without anchors. `*`, `?`, `[ab]`, `[!a]`, `{a,b}` and
 * backslash escapes; `**` between slashes stands for any number of directories.
 *
 * Globs come from models and from repositories. The libraries for them make expressions that
 * backtrack or look around, so a hostile pattern could hold up the whole pod: these are for `re2js`.
 *
 * @throws {ToolError} `invalid glob pattern: …`
 */
export function globSource(glob: string, options: { wildcardsCrossSlash: boolean }): string {
  const any = options.wildcardsCrossSlash ? "." : "[^/]";
  let source = "";
  let depth = 0;
  for (const { groups = {} } of glob.matchAll(TOKEN)) {
    const { directories, deep, stars, one, set, escaped, mark = "" } = groups;
    if (directories !== undefined) source += "(?:.*/)?";
    else if (deep !== undefined) source += ".+";
    else if (stars !== undefined) source += `${any}*`;
    else if (one !== undefined) source += any;
    else if (set !== undefined) source += setSource(set, options.wildcardsCrossSlash);
    else if (escaped !== undefined) source += RE2JS.quote(escaped);
    else if (mark === "{") {
      depth += 1;
      source += "(?:";
    } else if (mark === "}") {
      if (depth === 0) throw invalidGlob("'}' without '{'");
      depth -= 1;
      source += ")";
    } else if (mark === "[") throw invalidGlob("'[' without ']'");
    else if (mark === "\\") throw invalidGlob("nothing follows the last '\\'");
    else source += mark === "," && depth > 0 ? "|" : RE2JS.quote(mark);
  }
  if (depth > 0) throw invalidGlob("'{' without '}'");
  return source;
}

/** The parts of a glob; `mark` is any character that is not part of another one. */
const TOKEN = new RegExp(
  [
    /(?<directories>(?<=^|\/)\*\*\/)/,
    /(?<deep>(?<=^|\/)\*\*$)/,
    /(?<stars>\*+)/,
    /(?<one>\?)/,
    /(?<set>\[[!^]?\]?[^\]]*\])/,
    /\\(?<escaped>.)/,
    /(?<mark>.)/,
  ].map(({ source }) => source).join("|"),
  "gsu",
);

/** `[!a-c]` as a class of the regular expression; only `-` keeps a meaning inside. */
function setSource(set: string, mayHoldSlash: boolean): string {
  const negated = set[1] === "!" || set[1] === "^";
  const items = set.slice(negated ? 2 : 1, -1).replace(/[\\[\]^]/g, "\\$&");
  return negated ? `[^${items}${mayHoldSlash ? "" : "/"}]` : `[${items}]`;
}

/**
 * Compiles sources of {@link globSource}: a path has to match one of them as a whole. Takes time
 * linear in the length of the path.
 *
 * @throws {ToolError} `invalid glob pattern: …`
 */
export function compileGlobs(sources: readonly string[]): (path: string) => boolean {
  try {
    const regex = RE2JS.compile(sources.map((source) => `(?:${source})`).join("|"), RE2JS.DOTALL);
    return (path) => regex.testExact(path);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw invalidGlob(syntaxProblem(error), error);
  }
}

/** What the regex compiler found wrong, without its preamble. */
export function syntaxProblem(error: RE2JSSyntaxException): string {
  return error.message.replace(/^error parsing regexp: /, "");
}

function invalidGlob(detail: string, cause?: unknown): ToolError {
  return new ToolError("Invalid argument", `invalid glob pattern: ${detail}`, { cause });
}
