/**
 * Whether a text can name a pod. The name becomes a directory, so only ASCII letters, digits, `-`, `_`
 * and `.` may occur, at most 64 of them, and neither `.` nor `..` is a name (spec 70 §9-9). Beside the
 * runtime directories of pods lies the table `pods.json`, whose names are taken.
 */
export function isPodName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text) && text !== "." && text !== ".." &&
    !text.startsWith("pods.json");
}

/** The name for a pod that is given none: that of the directory it works in, as far as it can be one. */
export function podNameFor(directory: string): string {
  const name = directory.slice(directory.lastIndexOf("/") + 1)
    .replaceAll(/[^A-Za-z0-9._-]/g, "-").slice(0, 64);
  return isPodName(name) ? name : "pod";
}
