/**
 * The canonical form of an absolute path: every symlink, `.` and `..` resolved by the operating
 * system. Null when the path cannot be followed to its end.
 */
export type RealPath = (path: string) => string | null;

/**
 * Where `path` leads (spec 50 §2.3): its canonical form, or, while it does not exist, the canonical
 * form of its closest existing ancestor with the missing names appended. Null, which means "no
 * access", for a relative path, a path with a NUL, and a `..` behind something that does not exist.
 */
export function resolvePath(path: string, realPath: RealPath): string | null {
  if (!path.startsWith("/") || path.includes("\0")) return null;
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  for (let kept = names.length; kept >= 0; kept--) {
    const ancestor = realPath(`/${names.slice(0, kept).join("/")}`);
    if (ancestor !== null) return joinPath(ancestor, ...names.slice(kept));
    if (names[kept - 1] === "..") return null;
  }
  return null;
}

/** Joins names to a canonical directory. */
export function joinPath(directory: string, ...names: string[]): string {
  if (names.length === 0) return directory;
  return `${directory === "/" ? "" : directory}/${names.join("/")}`;
}

/** The directory that holds a canonical path; null for the root. */
export function parentPath(path: string): string | null {
  if (path === "/") return null;
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Whether a canonical path is `ancestor` or lies below it, compared by whole names. */
export function isWithin(path: string, ancestor: string): boolean {
  if (ancestor === "/" || path === ancestor) return true;
  return path.startsWith(`${ancestor}/`);
}
