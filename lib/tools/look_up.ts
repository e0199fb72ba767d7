/** Why there may be nothing to find; anything else that goes wrong is a failure of the machine. */
const NOTHING_THERE: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "EACCES",
  "ENAMETOOLONG",
]);

/** The canonical form of a path; null when it cannot be followed to its end. */
export function realPath(path: string): string | null {
  return orNull(() => Deno.realPathSync(path));
}

/** What is at a path, a link itself rather than its target; null for nothing. */
export function lookUp(path: string): Deno.FileInfo | null {
  return orNull(() => Deno.lstatSync(path));
}

/** What a symlink says; null when there is none. */
export function linkText(path: string): string | null {
  return orNull(() => Deno.readLinkSync(path), "EINVAL");
}

function orNull<T>(find: () => T, otherCode?: string): T | null {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (NOTHING_THERE.has(error.code) || error.code === otherCode) return null;
    throw error;
  }
}
