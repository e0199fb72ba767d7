import { ToolError } from "../agent/mod.ts";
import { messageOf, PodError } from "../base/mod.ts";
import type { Permission } from "../protocol/mod.ts";
import type { Symlink } from "./symlinks.ts";

/** The path means something else than it did a moment ago; nothing was read or changed. */
export class PathChangedError extends PodError {
  override readonly name = "PathChangedError";

  constructor() {
    super("path_changed", "it was replaced while it was being opened; try again");
  }
}

/** The path is none that may be used. */
export class OutsideScopeError extends ToolError {
  constructor(path: string) {
    super("Invalid argument", `path is outside allowed scope: ${path}`);
  }
}

/** The errors of the file layer, word for word (spec 50 §1.4). `path` is the path as it was given. */
export const pathError = {
  notAbsolute: (path: string) => invalid(`path must be absolute: ${path}`),
  outside: (path: string) => new OutsideScopeError(path),
  readOnly: (path: string) => invalid(`path is read-only in this scope: ${path}`),
  isDirectory: (path: string) => invalid(`path is a directory: ${path}`),
  throughSymlink: (path: string, access: Permission, target: string) =>
    invalid(
      `path resolves through a symlink outside allowed ${access} scope: ${path} -> ${target}; ` +
        `add the symlink target to the Pod ${access} scope, copy it into the workspace, ` +
        "or recreate the symlink with the correct target",
    ),
  brokenSymlink: (path: string, link: Symlink) =>
    invalid(
      `broken symlink while resolving ${path}: ${link.path} -> ${link.text} ` +
        "(target does not exist); recreate the symlink with an absolute target or " +
        "a correct relative target",
    ),
  symlinkToDirectory: (path: string, target: string) =>
    invalid(`path resolves through a symlink to a directory, not a file: ${path} -> ${target}`),
  symlinkAsBase: (tool: string, path: string, target: string) =>
    invalid(
      `${tool} does not follow symlink directories: ${path} -> ${target}; use the resolved ` +
        "target path directly, or add the target to read scope and reference it without the symlink",
    ),
  notRead: (path: string) =>
    invalid(`file has not been read in this session; read it first: ${path}`),
  changed: (path: string) => invalid(`file was modified externally after last read: ${path}`),
  badArgument: (detail: string) => invalid(`invalid argument: ${detail}`),
  notFound: (path: string) => new ToolError("Execution failed", `file not found: ${path}`),
};

function invalid(message: string): ToolError {
  return new ToolError("Invalid argument", message);
}

/** Runs a file operation and turns what it throws into the error that the model reads. */
export async function asPathError<T>(path: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw pathError.notFound(path);
    const hasCode = error instanceof Error && "code" in error;
    if (!hasCode || error instanceof ToolError) throw error;
    const message = `I/O error at ${path}: ${osText(error)}`;
    throw new ToolError("Execution failed", message, { cause: error });
  }
}

/** The system's own words, without the operation and the internal path that Deno appends. */
function osText(error: unknown): string {
  const text = messageOf(error);
  return /^.*?\(os error \d+\)/.exec(text)?.[0] ?? text;
}
