import { joinPath } from "../scope/mod.ts";
import {
  type IgnoreRules,
  ignoreRulesAbove,
  ignoreRulesAt,
  ignoreVerdict,
} from "./ignore_files.ts";
import type { Pace } from "./pace.ts";
import type { PathRules } from "./path_rules.ts";
import { isSystemError } from "./system_error.ts";

/**
 * What is asked for by name: a listed path is wanted even if it is hidden or ignored, an excepted one
 * is not.
 */
export interface PathFilter {
  readonly rules: PathRules;
  /** Whether other files are not wanted. */
  readonly onlyListed: boolean;
}

/** Which files of a tree are wanted. */
export interface WalkOptions {
  /** Canonical path of a directory. */
  readonly root: string;
  /** Whether names that begin with a dot count. */
  readonly hidden: boolean;
  /** Whether what `.gitignore` and `.ignore` files name is left out. */
  readonly useIgnoreFiles: boolean;
  /** Lists the files whose type is wanted. */
  readonly type?: PathRules;
  readonly filter?: PathFilter;
}

interface Found {
  /** Relative to the root. */
  readonly path: string;
  /** The ignore rules that hold where it lies. */
  readonly rules: IgnoreRules | null;
  readonly isDirectory: boolean;
}

/**
 * The regular files below a directory, as paths relative to it, ordered by name level by level.
 * Links are not followed, directories that cannot be read are passed over, and so is `.git`: its
 * files are not the user's (spec 50 §4.4, §4.5, §12.2).
 */
export async function* walkFiles(options: WalkOptions, pace: Pace): AsyncGenerator<string> {
  const { root, useIgnoreFiles } = options;
  const pending = listWanted(root, "", useIgnoreFiles ? ignoreRulesAbove(root) : null, options);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (pace.isDue) await pace.rest();
    if (!next.isDirectory) yield next.path;
    else {
      const directory = joinPath(root, next.path);
      for (const found of listWanted(directory, `${next.path}/`, next.rules, options)) {
        pending.push(found);
      }
    }
  }
}

/** The wanted entries of a directory, last name first. `prefix` is its path with a slash. */
function listWanted(
  directory: string,
  prefix: string,
  above: IgnoreRules | null,
  options: WalkOptions,
): Found[] {
  const entries = listDirectory(directory).sort((a, b) => (a.name < b.name ? 1 : -1));
  const names = new Set(entries.map(({ name }) => name));
  const rules = options.useIgnoreFiles ? ignoreRulesAt(directory, above, names) : null;
  const wanted: Found[] = [];
  for (const { name, isFile, isDirectory } of entries) {
    if (!isFile && !isDirectory || name === ".git") continue;
    const found = { path: prefix + name, rules, isDirectory };
    if (isWanted(found, name, options)) wanted.push(found);
  }
  return wanted;
}

function isWanted(
  { path, rules, isDirectory }: Found,
  name: string,
  options: WalkOptions,
): boolean {
  const { type, filter } = options;
  if (!isDirectory && type !== undefined && type(path, false) !== "listed") return false;
  const asked = filter?.rules(path, isDirectory);
  if (asked !== undefined) return asked === "listed";
  if (!isDirectory && filter?.onlyListed) return false;
  const verdict = ignoreVerdict(rules, joinPath(options.root, path), isDirectory);
  if (verdict !== undefined) return verdict === "excepted";
  return options.hidden || !name.startsWith(".");
}

function listDirectory(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
