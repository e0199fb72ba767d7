import type { Tool, ToolOutput } from "../../lib/agent/mod.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import type { Permission, ScopeRule } from "../../lib/protocol/mod.ts";
import { type RealPath, Scope, SharedScope } from "../../lib/scope/mod.ts";
import { createFileTools, FileTracker, realPath, ScopedFiles } from "../../lib/tools/mod.ts";

/** Rules given by path below the workspace's root directory, as in `{ "ws": "write" }`. */
export type Grants = Record<string, Permission>;

/** A throw-away directory `root` in which `root/ws` is the working directory of the file tools. */
export class FileWorkspace implements AsyncDisposable {
  readonly ws: string;
  readonly scope: SharedScope;
  readonly tracker = new FileTracker();
  readonly files: ScopedFiles;
  /** Read, Write and Edit. */
  readonly tools: Tool[];

  /** Works in a `root` that exists. `follow` is how its scope makes paths canonical. */
  constructor(readonly root: string, allow: Grants, deny: Grants = {}, follow = realPath) {
    this.ws = `${root}/ws`;
    const rules = { allow: this.#rules(allow), deny: this.#rules(deny) };
    this.scope = new SharedScope(Scope.create(rules, follow));
    this.files = new ScopedFiles({ scope: this.scope, cwd: this.ws, home: `${root}/home` });
    this.tools = createFileTools({ files: this.files, tracker: this.tracker });
  }

  /**
   * `files` are made before the scope is; their paths are relative to `ws`. Beside `ws` there is
   * `out/secret`, which no rule grants unless `allow` does.
   */
  static async create(
    { files = {}, allow = { ws: "write" }, deny = {}, follow = realPath }: {
      files?: Record<string, string>;
      allow?: Grants;
      deny?: Grants;
      follow?: RealPath;
    } = {},
  ): Promise<FileWorkspace> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-files-" }));
    await Deno.mkdir(`${root}/ws`);
    await Deno.mkdir(`${root}/out`);
    await Deno.writeTextFile(`${root}/out/secret`, "secret\n");
    for (const [path, text] of Object.entries(files)) {
      const at = `${root}/ws/${path}`;
      await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(at, text);
    }
    return new FileWorkspace(root, allow, deny, follow);
  }

  /** Calls Read, Write or Edit. */
  async call(name: string, input: JsonObject): Promise<ToolOutput> {
    const tool = this.tools.find((tool) => tool.name === name);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    return await tool.execute(input, { callId: "call", signal: new AbortController().signal });
  }

  /** The text of a file below `ws`. */
  text(path: string): string {
    return Deno.readTextFileSync(`${this.ws}/${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }

  #rules(grants: Grants): ScopeRule[] {
    return Object.entries(grants).map(([path, permission]) => ({
      target: path.startsWith("/") ? path : `${this.root}/${path}`,
      permission,
      recursive: true,
    }));
  }
}
