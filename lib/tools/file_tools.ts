import type { Tool } from "../agent/mod.ts";
import { createEditTool } from "./edit.ts";
import { createReadTool } from "./read.ts";
import type { ScopedFiles } from "./scoped_files.ts";
import type { FileTracker } from "./tracker.ts";
import { createWriteTool } from "./write.ts";

/** What the file tools of one pod share. */
export interface FileToolsOptions {
  readonly files: ScopedFiles;
  readonly tracker: FileTracker;
}

/** Read, Write and Edit. */
export function createFileTools(options: FileToolsOptions): Tool[] {
  return [createReadTool(options), createWriteTool(options), createEditTool(options)];
}
