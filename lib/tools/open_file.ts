import { parentPath } from "../scope/mod.ts";
import { PathChangedError, pathError } from "./path_error.ts";
import { inDirectory, type VerifiedDirectory } from "./verified_directory.ts";

/** The canonical path of a file, in the two parts by which it is reached. */
export interface FilePlace {
  readonly directory: string;
  readonly name: string;
}

/** Splits a canonical path other than `/`. */
export function placeOf(canonicalPath: string): FilePlace {
  return {
    directory: parentPath(canonicalPath) ?? "/",
    name: canonicalPath.slice(canonicalPath.lastIndexOf("/") + 1),
  };
}

/**
 * Opens what a canonical path named when its permission was checked, and nothing else (spec 50
 * §2.10): a regular file, reached through its verified directory, the same one before and after.
 * `path` is only for the texts of errors.
 *
 * @throws {ToolError} for a directory, a device, a FIFO or a socket.
 * @throws {PathChangedError} when it was swapped meanwhile.
 */
export function openRegularFile(
  place: FilePlace,
  options: Deno.OpenOptions,
  path: string,
): Deno.FsFile {
  return inDirectory(place.directory, (directory) => {
    const entry = directory.at(place.name);
    requireRegular(Deno.lstatSync(entry), path);
    const file = Deno.openSync(entry, options);
    try {
      verifySame(file, place.name, directory);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  });
}

/** @throws {PathChangedError} when `name` is no longer the file that was opened. */
export function verifySame(file: Deno.FsFile, name: string, directory: VerifiedDirectory): void {
  const opened = file.statSync();
  const found = Deno.lstatSync(directory.at(name));
  if (opened.dev !== found.dev || opened.ino !== found.ino) throw new PathChangedError();
  directory.verify();
}

/** @throws {ToolError | PathChangedError} for anything but a regular file. */
export function requireRegular(info: Deno.FileInfo, path: string): void {
  // A canonical path has no links in it: this one has come since.
  if (info.isSymlink) throw new PathChangedError();
  if (info.isDirectory) throw pathError.isDirectory(path);
  if (!info.isFile) throw pathError.badArgument(`not a regular file: ${path}`);
}
