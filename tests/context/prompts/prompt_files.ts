import type { PromptLibraries } from "../../../lib/context/mod.ts";

/** A throw-away directory with prompts: `user/…` and `workspace/…` are libraries. */
export class PromptFiles implements Disposable {
  readonly root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "pod-prompts-" }));
  readonly libraries: PromptLibraries = {
    user: `${this.root}/user`,
    workspace: `${this.root}/workspace`,
  };

  /** @param files texts by path below the directory */
  constructor(files: Record<string, string | Uint8Array> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  /** Writes a file and returns its path. */
  write(path: string, content: string | Uint8Array): string {
    const target = `${this.root}/${path}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(target, bytes);
    return target;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** Bytes that are no text. */
export const NOT_UTF8 = new Uint8Array([0x66, 0xff, 0xfe, 0x0a]);

/** Variables of instructions, all different. */
export const VARIABLES = {
  date: "2026-04-15",
  time: "09:30:00",
  datetime: "2026-04-15T09:30:00Z",
  cwd: "/home/ada/project",
  language: "Esperanto",
  tools: ["Bash", "Edit", "Glob", "Grep", "Read", "Write"],
};
