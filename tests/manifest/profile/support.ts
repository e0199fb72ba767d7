import { type ResolvedProfile, resolveProfile } from "../../../lib/manifest/mod.ts";

/** A throw-away user and project; `project` is where pods work. */
export class Places implements AsyncDisposable {
  private constructor(readonly root: string) {}

  /** @param files by their paths below the root */
  static async create(files: Readonly<Record<string, string>> = {}): Promise<Places> {
    const places = new Places(await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-prof-" })));
    await Deno.mkdir(places.project);
    for (const [path, text] of Object.entries(files)) await places.write(path, text);
    return places;
  }

  get config(): string {
    return `${this.root}/config`;
  }

  get project(): string {
    return `${this.root}/project`;
  }

  async write(path: string, text: string): Promise<void> {
    const target = `${this.root}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, text);
  }

  /** Resolves a profile for a pod that works in `workspace`. */
  resolve(selector: string, workspace = this.project): Promise<ResolvedProfile> {
    return resolveProfile(selector, {
      processCwd: this.root,
      workspace,
      configDirectory: this.config,
      homeDirectory: null,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** A rule for a directory with all below it. */
export function rule(target: string, permission: "read" | "write") {
  return { target, permission, recursive: true };
}
