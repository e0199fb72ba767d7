/**
 * The built-in tools, and the task list that some of them keep. In: the shared scope, the working
 * directory, and what a single tool needs beside them. Out: {@link Tool} objects for the agent loop. The file
 * tools reach files through {@link ScopedFiles}, which asks the scope; Bash is not bound by it.
 *
 * @module
 */
export { createFileTools, type FileToolsOptions } from "./file_tools.ts";
export { defineTool, optionalCount } from "./define_tool.ts";
export { realPath } from "./look_up.ts";
export { OutsideScopeError } from "./path_error.ts";
export {
  type DirectoryEntry,
  type ReadableFile,
  ScopedFiles,
  type ScopedFilesOptions,
} from "./scoped_files.ts";
export { createReadTool, readLines } from "./read.ts";
export { FileTracker, type FileVersion } from "./tracker.ts";
export { createSearchTools } from "./search_tools.ts";
export { openTasks, type Task, taskLines, taskSnapshot } from "./tasks/task_list.ts";
export { carryTasks, isTaskChange, replayTasks } from "./tasks/task_history.ts";
export { TaskStore } from "./tasks/task_store.ts";
export { createTaskTools } from "./tasks/task_tools.ts";
export { type BashTool, type BashToolOptions, createBashTool } from "./bash.ts";
