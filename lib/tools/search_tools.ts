import type { Tool } from "../agent/mod.ts";
import { createGlobTool } from "./glob.ts";
import { createGrepTool } from "./grep.ts";
import type { ScopedFiles } from "./scoped_files.ts";

/** What the search tools of one pod share. */
export interface SearchToolsOptions {
  readonly files: ScopedFiles;
  /** Canonical working directory of the pod: where a search starts that names no place. */
  readonly cwd: string;
  /** The `rg` program. Null: search without it, with the same results and more slowly. */
  readonly rgPath: string | null;
}

/** Glob and Grep. */
export function createSearchTools(options: SearchToolsOptions): Tool[] {
  return [createGlobTool(options), createGrepTool(options)];
}
