import type { Permission } from "../protocol/mod.ts";
import { joinPath, parentPath, type Scope, type SharedScope } from "../scope/mod.ts";
import { BLOCK_BYTES } from "./fingerprint.ts";
import { lookUp, realPath } from "./look_up.ts";
import { openRegularFile, placeOf } from "./open_file.ts";
import { asPathError, pathError } from "./path_error.ts";
import { replaceFile, TEMPORARY_PREFIX } from "./replace_file.ts";
import { symlinksOn } from "./symlinks.ts";
import { inDirectory } from "./verified_directory.ts";

/** Larger files are not read: the model can only look at parts of them, with other tools. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** A file that was opened for reading; closed at the end of its `using` block. */
export interface ReadableFile extends Disposable {
  readonly canonicalPath: string;
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Its first bytes, at most so many, instead of {@link blocks}; here no file is too large. */
  head(maxBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Its bytes from the start, once, in blocks of {@link BLOCK_BYTES}; the last one is shorter. */
  blocks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** What lies directly in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly isSymlink: boolean;
  /** Links followed. */
  readonly isDirectory: boolean;
}

/** Where a search starts. */
export interface SearchBase {
  /** The path as given, made absolute; results are shown below it. */
  readonly path: string;
  readonly canonicalPath: string;
  readonly isFile: boolean;
  /** Whether a path, canonical as long as no link is followed below the base, may be shown. */
  canRead(canonicalPath: string): boolean;
}

type PermissionOf = ReturnType<Scope["snapshot"]>;

/** What {@link ScopedFiles} works with. */
export interface ScopedFilesOptions {
  readonly scope: SharedScope;
  /** Canonical working directory of the pod; relative paths start there. */
  readonly cwd: string;
  /** What `~` stands for; without it a path that begins so is refused. */
  readonly home?: string;
}

/**
 * The only door through which tools touch files (spec 50 §1.4, §2.5, §2.10). Paths are taken as the
 * model wrote them; every call checks the scope as it is at that moment, opens, and makes sure that
 * what was opened is what was checked. All methods throw {@link ToolError} with the texts of §1.4.
 */
export class ScopedFiles {
  readonly #options: ScopedFilesOptions;

  constructor(options: ScopedFilesOptions) {
    this.#options = options;
  }

  /** The absolute form of a path; `..` and links are left to be resolved by the system. */
  absolute(path: string): string {
    const { cwd, home } = this.#options;
    if (path === "") throw pathError.badArgument("path is empty");
    if (path.includes("\0")) throw pathError.badArgument("path contains a NUL character");
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    if (path.startsWith("/")) return joinPath("/", ...names);
    if (names[0] !== "~") return joinPath(cwd, ...names);
    if (home === undefined) throw pathError.notAbsolute(path);
    return joinPath(home, ...names.slice(1));
  }

  /** Whether there is something at the end of the path, links followed. */
  exists(path: string): boolean {
    return realPath(this.absolute(path)) !== null;
  }

  /** Opens a regular file of at most {@link MAX_FILE_BYTES}. */
  open(path: string): Promise<ReadableFile> {
    return asPathError(path, () => {
      const canonicalPath = this.#resolve(path, "read");
      this.#refuseDirectory(path, canonicalPath);
      const file = openRegularFile(placeOf(canonicalPath), { read: true }, path);
      return {
        canonicalPath,
        size: file.statSync().size,
        head: (maxBytes) =>
          asPathError(path, () => readBytes(file, Math.min(maxBytes, MAX_FILE_BYTES))),
        blocks: () => readBlocks(file, path),
        [Symbol.dispose]: () => file.close(),
      };
    });
  }

  /** The whole of a file that {@link open} would open. */
  async read(path: string): Promise<{ canonicalPath: string; bytes: Uint8Array }> {
    using file = await this.open(path);
    const blocks = await Array.fromAsync(file.blocks());
    const bytes = new Uint8Array(await new Blob(blocks).arrayBuffer());
    return { canonicalPath: file.canonicalPath, bytes };
  }

  /**
   * What lies directly in a directory and may be read, in no order; a link counts by what it leads to.
   * Null for anything but a directory.
   *
   * @param isWanted asked about each name first
   */
  list(
    path: string,
    isWanted: (name: string) => boolean = () => true,
  ): Promise<DirectoryEntry[] | null> {
    return asPathError(path, () => {
      const canonicalPath = this.#resolve(path, "read");
      if (!isDirectory(canonicalPath)) return null;
      const permissionOf = this.#scope.snapshot();
      const found = inDirectory(canonicalPath, (directory) => [
        ...Deno.readDirSync(directory.at(".")),
      ]);
      return found.filter(({ name }) => isWanted(name)).flatMap(({ name, ...kind }) => {
        const { isSymlink } = kind;
        const entry = joinPath(canonicalPath, name);
        const target = isSymlink ? this.#scope.resolve(entry) : entry;
        if (target === null || permissionOf(target) === null) return [];
        return [{
          name,
          isSymlink,
          isDirectory: isSymlink ? isDirectory(target) : kind.isDirectory,
        }];
      });
    });
  }

  /**
   * Creates or replaces a file, with the missing directories above it.
   *
   * @returns its canonical path.
   */
  write(path: string, bytes: Uint8Array): Promise<string> {
    return asPathError(path, async () => {
      const canonicalPath = this.#resolve(path, "write");
      this.#refuseDirectory(path, canonicalPath);
      const permissionOf = this.#scope.snapshot();
      const place = placeOf(canonicalPath);
      createDirectories(place.directory, permissionOf);
      const beside = permissionOf(joinPath(place.directory, TEMPORARY_PREFIX)) === "write";
      await replaceFile(place, bytes, { beside, path });
      return canonicalPath;
    });
  }

  /** Checks the place where `tool` is to search: a directory, for Grep also a file. */
  searchBase(tool: "Glob" | "Grep", path: string): Promise<SearchBase> {
    return asPathError(path, () => {
      const canonicalPath = this.#resolve(path, "read");
      const absolute = this.absolute(path);
      const { isFile, isDirectory } = Deno.statSync(canonicalPath);
      const detail = `${tool.toLowerCase()} search path is not a directory: ${path}`;
      if (!isDirectory && (tool === "Glob" || !isFile)) throw pathError.badArgument(detail);
      const isLink = symlinksOn(absolute).some((link) => link.path === absolute);
      if (isLink && isDirectory) throw pathError.symlinkAsBase(tool, path, canonicalPath);
      const permissionOf = this.#scope.snapshot();
      return {
        path: absolute,
        canonicalPath,
        isFile,
        canRead: (found) => permissionOf(found) !== null,
      };
    });
  }

  get #scope(): Scope {
    return this.#options.scope.current;
  }

  /** Where a path leads, if `access` is granted there and no link on the way is broken. */
  #resolve(path: string, access: Permission): string {
    const absolute = this.absolute(path);
    const resolved = this.#scope.resolve(absolute);
    const granted = resolved === null ? null : this.#scope.snapshot()(resolved);
    if (resolved === null || granted === null) throw this.#outside(path, absolute, access);
    if (access === "write" && granted === "read") throw pathError.readOnly(path);
    const broken = symlinksOn(absolute).find((link) => link.target === null);
    if (broken !== undefined) throw pathError.brokenSymlink(path, broken);
    return resolved;
  }

  /** Names the link that leads out, unless that would tell what is in a place that cannot be read. */
  #outside(path: string, absolute: string, access: Permission) {
    const [link] = symlinksOn(absolute);
    if (link === undefined || link.pathThrough === null || !this.#scope.canRead(link.directory)) {
      return pathError.outside(path);
    }
    return pathError.throughSymlink(path, access, link.pathThrough);
  }

  #refuseDirectory(path: string, canonicalPath: string): void {
    if (!isDirectory(canonicalPath)) return;
    const isLinked = symlinksOn(this.absolute(path)).length > 0;
    if (isLinked) throw pathError.symlinkToDirectory(path, canonicalPath);
    throw pathError.isDirectory(path);
  }
}

function isDirectory(canonicalPath: string): boolean {
  return lookUp(canonicalPath)?.isDirectory ?? false;
}

async function* readBlocks(
  file: Deno.FsFile,
  path: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const tooLarge = pathError.badArgument(
    `file is too large (over ${MAX_FILE_BYTES} bytes): ${path}`,
  );
  if (file.statSync().size > MAX_FILE_BYTES) throw tooLarge;
  let total = 0;
  for (let last = false; !last;) {
    const block = await asPathError(path, () => readBytes(file, BLOCK_BYTES));
    total += block.byteLength;
    if (total > MAX_FILE_BYTES) throw tooLarge;
    last = block.byteLength < BLOCK_BYTES;
    if (block.byteLength > 0) yield block;
  }
}

/** The next bytes; fewer than `count` only at the end of the file. */
async function readBytes(file: Deno.FsFile, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count);
  let filled = 0;
  while (filled < count) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** Makes a directory and those above it that are missing, each one only if it may be written. */
function createDirectories(path: string, permissionOf: PermissionOf): void {
  const parent = parentPath(path);
  if (parent === null || lookUp(path) !== null) return;
  createDirectories(parent, permissionOf);
  const permission = permissionOf(path);
  if (permission === null) throw pathError.outside(path);
  if (permission === "read") throw pathError.readOnly(path);
  const { directory, name } = placeOf(path);
  try {
    inDirectory(directory, (verified) => Deno.mkdirSync(verified.at(name)));
  } catch (error) {
    // Somebody else has just made it; that it is a directory shows when it is used.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
