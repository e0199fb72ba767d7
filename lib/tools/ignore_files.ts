import { joinPath, parentPath } from "../scope/mod.ts";
import { parseIgnoreFile, type PathRules, type Verdict } from "./path_rules.ts";
import { isSystemError } from "./system_error.ts";

/** Where ignore rules come from, the most important one first. */
const SOURCES = [
  { file: ".ignore", ofGit: false },
  { file: ".gitignore", ofGit: true },
  { file: ".git/info/exclude", ofGit: true },
] as const;

/** The ignore rules that hold in one directory: its own, then those of the directories above. */
export interface IgnoreRules {
  readonly directory: string;
  readonly above: IgnoreRules | null;
  /** One per source; null without such a file. */
  readonly own: readonly (PathRules | null)[];
  readonly isRepository: boolean;
  /** Whether this directory or one above is the top of a git repository: only there git's files count. */
  readonly inRepository: boolean;
}

/** The rules that the directories above a canonical path make for it; null for none. */
export function ignoreRulesAbove(path: string): IgnoreRules | null {
  const parent = parentPath(path);
  return parent === null ? null : ignoreRulesAt(parent, ignoreRulesAbove(parent));
}

/**
 * The rules that hold in a directory of which those from above are known. `names` are those of its
 * entries, if they are known: files that are not there need not be tried then.
 */
export function ignoreRulesAt(
  directory: string,
  above: IgnoreRules | null,
  names?: ReadonlySet<string>,
): IgnoreRules | null {
  const mayHave = (name: string) => names?.has(name) ?? true;
  const isRepository = mayHave(".git") && (names !== undefined || exists(`${directory}/.git`));
  const inRepository = isRepository || (above?.inRepository ?? false);
  const own = SOURCES.map(({ file, ofGit }) => {
    const [first = file] = file.split("/");
    if (ofGit && !inRepository || !mayHave(first)) return null;
    return readRules(joinPath(directory, file));
  });
  if (!isRepository && own.every((rules) => rules === null)) return above;
  return { directory, above, own, isRepository, inRepository };
}

/**
 * What the rules say of a path in their directory: `listed` is ignored, `excepted` is wanted whatever
 * else speaks against it. The closest file of the most important source decides (as in ripgrep).
 */
export function ignoreVerdict(
  rules: IgnoreRules | null,
  path: string,
  isDirectory: boolean,
): Verdict {
  for (const [source, { ofGit }] of SOURCES.entries()) {
    for (let level = rules; level !== null; level = level.above) {
      const relative = path.slice(level.directory === "/" ? 1 : level.directory.length + 1);
      const verdict = level.own[source]?.(relative, isDirectory);
      if (verdict !== undefined) return verdict;
      if (ofGit && level.isRepository) break;
    }
  }
  return undefined;
}

function exists(path: string): boolean {
  return unlessUnreadable(() => Deno.lstatSync(path)) !== null;
}

function readRules(path: string): PathRules | null {
  const text = unlessUnreadable(() => Deno.readTextFileSync(path));
  return text === null || text === "" ? null : parseIgnoreFile(text);
}

/** An ignore file that is missing, or that cannot be read, has no rules. */
function unlessUnreadable<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
