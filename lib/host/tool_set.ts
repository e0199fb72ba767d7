import type { Tool } from "../agent/mod.ts";
import type { SharedScope } from "../scope/mod.ts";
import {
  createBashTool,
  createFileTools,
  createSearchTools,
  createTaskTools,
  type FileToolsOptions,
  FileTracker,
  ScopedFiles,
  TaskStore,
} from "../tools/mod.ts";

/** What the tools of one pod work with. */
export interface ToolSetOptions {
  readonly podName: string;
  /** Gets one more rule, for the output files of the shell. */
  readonly scope: SharedScope;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variables in it that are none of a command's business. */
  readonly secretVariables: readonly string[];
  readonly spillDirectory: string;
}

/** The tools of one pod; disposing them ends what they have started. */
export interface ToolSet extends AsyncDisposable {
  readonly tools: readonly Tool[];
  /** What the file tools share: what the model has seen of which file. */
  readonly files: FileToolsOptions;
  /** What the task tools work on. */
  readonly tasks: TaskStore;
}

/** The built-in tools. A shell is not bound by the scope, so a pod that may not write has none. */
export function createToolSet(options: ToolSetOptions): ToolSet {
  const { scope, cwd, env, spillDirectory } = options;
  const files = {
    files: new ScopedFiles({ scope, cwd, home: env.HOME }),
    tracker: new FileTracker(),
  };
  const tasks = new TaskStore();
  const tools = [
    ...createFileTools(files),
    ...createSearchTools({ files: files.files, cwd, rgPath: findProgram("rg", env.PATH) }),
    ...createTaskTools(tasks),
  ];
  if (!scope.current.rules.allow.some((rule) => rule.permission === "write")) {
    return { tools, files, tasks, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  scope.update((current) =>
    current.withAllow([{ target: spillDirectory, permission: "read", recursive: true }])
  );
  const bash = createBashTool(options);
  return {
    tools: [...tools, bash],
    files,
    tasks,
    [Symbol.asyncDispose]: () => bash[Symbol.asyncDispose](),
  };
}

/** The path of an executable file on PATH, or null. */
function findProgram(name: string, path = ""): string | null {
  for (const directory of path.split(":")) {
    const candidate = `${directory}/${name}`;
    try {
      const { isFile, mode } = Deno.statSync(candidate);
      if (isFile && ((mode ?? 0) & 0o111) !== 0) return candidate;
    } catch {
      // Not there, or not for us to see: look on.
    }
  }
  return null;
}
