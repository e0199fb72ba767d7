import type { ToolOutput } from "../agent/mod.ts";
import { joinPath } from "../scope/mod.ts";
import { fileType } from "./file_types.ts";
import type { GrepInput } from "./grep.ts";
import { GrepResults } from "./grep_results.ts";
import { realPath } from "./look_up.ts";
import { Pace } from "./pace.ts";
import { compileRules } from "./path_rules.ts";
import type { SearchBase } from "./scoped_files.ts";
import type { SearchQuery } from "./search_engine.ts";
import { searchInProcess } from "./search_in_process.ts";
import { compilePattern } from "./search_pattern.ts";
import type { SearchToolsOptions } from "./search_tools.ts";
import { searchWithRipgrep } from "./search_with_ripgrep.ts";
import { walkFiles, type WalkOptions } from "./walk_files.ts";

/** What a `head_limit` of 0 stands for: the general limit of a result cuts long before. */
const MAX_ENTRIES = 10_000;

/** @throws {ToolError} for a bad pattern, path, type or glob, in this order (spec 50 §4.5). */
export async function grep(
  input: GrepInput,
  { files, cwd, rgPath }: SearchToolsOptions,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const limit = Math.min(input.head_limit || MAX_ENTRIES, MAX_ENTRIES);
  const query = toQuery(input, limit);
  const base = await files.searchBase("Grep", input.path ?? cwd);
  const pace = new Pace(signal);
  const paths = base.isFile ? only(base.canonicalPath) : readable(base, toWalk(input, base), pace);
  const search = rgPath === null ? searchInProcess : searchWithRipgrep(rgPath);
  const results = new GrepResults({
    mode: input.output_mode,
    lineNumbers: input["-n"],
    before: query.before,
    after: query.after,
    offset: input.offset,
    limit,
  });
  let skipped = 0;
  const onSkipped = () => {
    skipped += 1;
  };
  for await (const hits of search({ query, paths, pace, signal, onSkipped })) {
    // What has become a link since it was listed may lead anywhere.
    if (realPath(hits.path) === hits.path) results.add(shownPath(base, hits.path), hits);
    if (results.isTruncated) break;
  }
  const note = skipped > 0 ? ` (${skipped} file(s) could not be searched)` : "";
  return { summary: results.summary + note, content: results.content };
}

function toQuery(input: GrepInput, limit: number): SearchQuery {
  const { multiline, output_mode: mode, offset } = input;
  const ignoreCase = input["-i"];
  const keepLines = mode === "content";
  const enough = { files_with_matches: 1, count: Infinity, content: offset + limit + 1 };
  return {
    pattern: compilePattern(input.pattern, { ignoreCase, multiline }),
    ignoreCase,
    multiline,
    keepLines,
    before: keepLines ? input["-C"] ?? input["-B"] ?? 0 : 0,
    after: keepLines ? input["-C"] ?? input["-A"] ?? 0 : 0,
    maxMatches: enough[mode],
  };
}

/** Hidden and ignored files are left out, unless a glob asks for them by name. */
function toWalk({ type, glob }: GrepInput, base: SearchBase): WalkOptions {
  return {
    root: base.canonicalPath,
    hidden: false,
    useIgnoreFiles: true,
    type: type ? fileType(type) : undefined,
    filter: glob ? { rules: compileRules([glob]), onlyListed: !glob.startsWith("!") } : undefined,
  };
}

async function* readable(base: SearchBase, walk: WalkOptions, pace: Pace): AsyncGenerator<string> {
  for await (const path of walkFiles(walk, pace)) {
    const canonicalPath = joinPath(base.canonicalPath, path);
    if (base.canRead(canonicalPath)) yield canonicalPath;
  }
}

async function* only(path: string): AsyncGenerator<string> {
  yield path;
}

function shownPath(base: SearchBase, canonicalPath: string): string {
  if (base.isFile) return base.path;
  const rootLength = base.canonicalPath === "/" ? 0 : base.canonicalPath.length;
  return joinPath(base.path, canonicalPath.slice(rootLength + 1));
}
