import type { RealPath } from "../../lib/scope/mod.ts";

/** A tree in memory: files and directories by path, and links by path with what they say. */
export class MemoryTree {
  readonly #paths = new Set<string>(["/"]);
  readonly #links = new Map<string, string>();

  constructor(paths: string[], links: Record<string, string> = {}) {
    for (const path of paths) this.add(path);
    for (const [path, target] of Object.entries(links)) this.link(path, target);
  }

  add(path: string): void {
    const names = path.split("/").slice(1);
    names.forEach((_, index) => this.#paths.add(`/${names.slice(0, index + 1).join("/")}`));
  }

  link(path: string, target: string): void {
    this.#links.set(path, target);
  }

  readonly realPath: RealPath = (path) => this.#walk("", path.split("/"), 40);

  #walk(from: string, names: string[], linksLeft: number): string | null {
    let at = from;
    for (const [index, name] of names.entries()) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
        continue;
      }
      const next = `${at}/${name}`;
      const target = this.#links.get(next);
      if (target !== undefined) {
        const rest = [...target.split("/"), ...names.slice(index + 1)];
        return linksLeft === 0
          ? null
          : this.#walk(target.startsWith("/") ? "" : at, rest, linksLeft - 1);
      }
      if (!this.#paths.has(next)) return null;
      at = next;
    }
    return at || "/";
  }
}
