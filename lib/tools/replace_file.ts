import { newId } from "../base/mod.ts";
import { lookUp } from "./look_up.ts";
import { type FilePlace, openRegularFile, requireRegular, verifySame } from "./open_file.ts";
import { pathError } from "./path_error.ts";
import { inDirectory } from "./verified_directory.ts";

/** How the names of temporary files begin; one that is left over after a crash may be deleted. */
export const TEMPORARY_PREFIX = ".pod-tmp-";

/** Permission bits that are carried over; set-user-id and its like are not. */
const MODE_BITS = 0o777;
/** Of a file that did not exist; the umask takes its part. */
const NEW_FILE_MODE = 0o666;

/** What a replacement needs to know beside the bytes. */
export interface ReplaceOptions {
  /** Whether a temporary file may be made beside the target. */
  readonly beside: boolean;
  /** The path as it was given, for the texts of errors. */
  readonly path: string;
}

/**
 * Writes a whole file (spec 50 §4.2). Readers see the old or the new content, never a mixture: the
 * bytes go to a temporary file in the same directory, are flushed to the disk, and take the place of
 * the target by a rename. An existing file keeps its mode, and its owner where the system lets it.
 * Where nothing may be put beside the target, or the system refuses that, it is written in place.
 */
export async function replaceFile(
  place: FilePlace,
  bytes: Uint8Array,
  options: ReplaceOptions,
): Promise<void> {
  const existing = inDirectory(place.directory, (directory) => lookUp(directory.at(place.name)));
  if (existing !== null) requireRegular(existing, options.path);
  if (options.beside && await tryRename(place, bytes, existing)) {
    return await syncDirectory(place.directory);
  }
  await writeInPlace(place, bytes, existing, options.path);
}

/** False when the directory does not let files be made or replaced in it. */
async function tryRename(
  place: FilePlace,
  bytes: Uint8Array,
  existing: Deno.FileInfo | null,
): Promise<boolean> {
  const temporary = `${TEMPORARY_PREFIX}${newId()}`;
  try {
    await writeTemporary(place, temporary, bytes, existing);
    return true;
  } catch (error) {
    removeTemporary(place, temporary);
    // Busy: the target is a mount point of its own, as a single file bound into a container is.
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.Busy) {
      return false;
    }
    throw error;
  }
}

async function writeTemporary(
  place: FilePlace,
  temporary: string,
  bytes: Uint8Array,
  existing: Deno.FileInfo | null,
): Promise<void> {
  const mode = (existing?.mode ?? NEW_FILE_MODE) & MODE_BITS;
  using file = inDirectory(
    place.directory,
    (directory) => Deno.openSync(directory.at(temporary), { write: true, createNew: true, mode }),
  );
  await writeAll(file, bytes);
  inDirectory(place.directory, (directory) => {
    verifySame(file, temporary, directory);
    if (existing !== null) copyOwnerAndMode(existing, file.statSync(), directory.at(temporary));
    Deno.renameSync(directory.at(temporary), directory.at(place.name));
  });
}

function copyOwnerAndMode(from: Deno.FileInfo, to: Deno.FileInfo, path: string): void {
  if (from.uid !== to.uid || from.gid !== to.gid) {
    try {
      Deno.chownSync(path, from.uid, from.gid);
    } catch (error) {
      // Only the superuser may give files away; the content matters more than the owner.
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
  if (from.mode !== null && from.mode !== to.mode) Deno.chmodSync(path, from.mode & MODE_BITS);
}

/** A file with other names is left alone: they may lie where nothing may be written. */
async function writeInPlace(
  place: FilePlace,
  bytes: Uint8Array,
  existing: Deno.FileInfo | null,
  path: string,
): Promise<void> {
  if (existing !== null && (existing.nlink ?? 1) > 1) {
    throw pathError.badArgument(`file has other hard links and cannot be replaced: ${path}`);
  }
  using file = existing === null
    ? inDirectory(
      place.directory,
      (directory) => Deno.openSync(directory.at(place.name), { write: true, createNew: true }),
    )
    : openRegularFile(place, { write: true }, path);
  await writeAll(file, bytes);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) done += await file.write(bytes.subarray(done));
  await file.truncate(bytes.byteLength);
  await file.sync();
}

/** Makes the rename last through a power cut. */
async function syncDirectory(path: string): Promise<void> {
  try {
    using directory = await Deno.open(path);
    await directory.sync();
  } catch (error) {
    // A directory that may be written but not read cannot be opened for this.
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

function removeTemporary(place: FilePlace, temporary: string): void {
  inDirectory(place.directory, (directory) => {
    if (lookUp(directory.at(temporary)) !== null) Deno.removeSync(directory.at(temporary));
  });
}
