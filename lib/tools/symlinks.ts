import { joinPath } from "../scope/mod.ts";
import { linkText, realPath } from "./look_up.ts";

/** A symlink that a path goes through. */
export interface Symlink {
  readonly path: string;
  /** The directory that holds it. */
  readonly directory: string;
  /** What it says, made absolute against its directory. */
  readonly text: string;
  /** Canonical form of what it leads to; null when that does not exist. */
  readonly target: string | null;
  /** Where the whole path leads through it: `target` and the names behind the link. */
  readonly pathThrough: string | null;
}

/** The symlinks among the components of an absolute path as written, from the root down. */
export function symlinksOn(path: string): Symlink[] {
  const names = path.split("/").filter((name) => name !== "");
  return names.flatMap((name, index) => {
    const directory = joinPath("/", ...names.slice(0, index));
    const link = joinPath(directory, name);
    const written = linkText(link);
    if (written === null) return [];
    const target = realPath(link);
    return [{
      path: link,
      directory,
      text: written.startsWith("/") ? written : joinPath(directory, written),
      target,
      pathThrough: target === null ? null : joinPath(target, ...names.slice(index + 1)),
    }];
  });
}
