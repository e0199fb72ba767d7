import type { ToolOutput } from "../agent/mod.ts";
import { joinPath } from "../scope/mod.ts";
import type { GlobInput } from "./glob.ts";
import { compileGlobs, globSource } from "./glob_pattern.ts";
import { lookUp } from "./look_up.ts";
import { Pace } from "./pace.ts";
import type { SearchToolsOptions } from "./search_tools.ts";
import { walkFiles } from "./walk_files.ts";

const MAX_FILES = 1000;

interface FoundFile {
  readonly path: string;
  readonly modifiedMs: number;
}

/** @throws {ToolError} for a path that is no readable directory, then for a bad pattern. */
export async function glob(
  { pattern, path, include_ignored: includeIgnored }: GlobInput,
  { files, cwd }: SearchToolsOptions,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const base = await files.searchBase("Glob", path ?? cwd);
  const matches = compileGlobs([globSource(pattern, { wildcardsCrossSlash: true })]);
  const walk = { root: base.canonicalPath, hidden: true, useIgnoreFiles: !includeIgnored };
  const found: FoundFile[] = [];
  for await (const relative of walkFiles(walk, new Pace(signal))) {
    if (!matches(relative)) continue;
    const canonicalPath = joinPath(base.canonicalPath, relative);
    if (!base.canRead(canonicalPath)) continue;
    const info = lookUp(canonicalPath);
    // Gone, or become something else, since it was listed.
    if (!info?.isFile) continue;
    found.push({ path: joinPath(base.path, relative), modifiedMs: info.mtime?.getTime() ?? 0 });
  }
  return present(pattern, found);
}

function present(pattern: string, found: FoundFile[]): ToolOutput {
  if (found.length === 0) return { summary: `No files found matching ${pattern}` };
  const newestFirst = found.sort((a, b) => b.modifiedMs - a.modifiedMs).slice(0, MAX_FILES);
  const summary = found.length > MAX_FILES
    ? `Found ${found.length}+ files matching ${pattern} (truncated to ${MAX_FILES})`
    : `Found ${found.length} file(s) matching ${pattern}`;
  return { summary, content: newestFirst.map(({ path }) => `${path}\n`).join("") };
}
