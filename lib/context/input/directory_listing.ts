import { byteLength, truncateBytes } from "../../base/mod.ts";
import type { DirectoryEntry } from "../../tools/mod.ts";

const MAX_ENTRIES = 100;

/** The form in which entries of a directory are shown, in the order of the groups (spec 40 §2.4). */
const GROUPS: readonly {
  readonly suffix: string;
  readonly has: (entry: DirectoryEntry) => boolean;
}[] = [
  { suffix: "/", has: (entry) => entry.isDirectory && !entry.isSymlink },
  { suffix: "@", has: (entry) => entry.isSymlink },
  { suffix: "", has: (entry) => !entry.isDirectory && !entry.isSymlink },
];

/**
 * What lies in a directory, a line each: directories, links, files. What is left out is told.
 *
 * @param maxBytes of the lines, without that remark
 */
export function formatListing(entries: readonly DirectoryEntry[], maxBytes: number): string {
  if (entries.length === 0) return "(empty directory)";
  const lines = GROUPS.flatMap(({ suffix, has }) =>
    entries.filter(has).map(({ name }) => name + suffix).sort(byBytes)
  );
  const shown = lines.slice(0, MAX_ENTRIES).join("\n");
  const text = truncateBytes(shown, maxBytes);
  const remark = remarkOn(lines.length, byteLength(shown), text.length < shown.length);
  return remark === null ? text : `${text}\n[...truncated, ${remark}]`;
}

function remarkOn(count: number, bytes: number, isCut: boolean): string | null {
  if (count <= MAX_ENTRIES) {
    return isCut ? `${bytes} bytes total — use Glob or Read for more` : null;
  }
  const cut = isCut ? `; first ${MAX_ENTRIES} entries were ${bytes} bytes before byte cap` : "";
  return `${count} readable entries total${cut} — use Glob for more`;
}

/** Orders texts as their UTF-8 bytes are ordered, which UTF-16 code units are not. */
export function byBytes(left: string, right: string): number {
  for (let at = 0;; at++) {
    const a = left.codePointAt(at);
    const b = right.codePointAt(at);
    if (a === undefined || b === undefined) return left.length - right.length;
    if (a !== b) return a - b;
  }
}
