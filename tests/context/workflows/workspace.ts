import type { WorkflowSources } from "../../../lib/context/mod.ts";

/** A throw-away project with workflows, knowledge and skills. */
export class WorkflowProject implements AsyncDisposable {
  private constructor(readonly root: string) {}

  /** @param files by path: `workflow/…`, `knowledge/…`, `skills/…`, `more/…` */
  static async create(files: Record<string, string>): Promise<WorkflowProject> {
    const root = await Deno.makeTempDir({ prefix: "pod-workflows-" });
    for (const [path, text] of Object.entries(files)) {
      const at = `${root}/${path}`;
      await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(at, text);
    }
    return new WorkflowProject(root);
  }

  /** `skills` is the first root, `more` the second. */
  get sources(): WorkflowSources {
    return {
      workflowDirectory: `${this.root}/workflow`,
      knowledgeDirectory: `${this.root}/knowledge`,
      skillRoots: [`${this.root}/skills`, `${this.root}/more`],
    };
  }

  /** Findings without the root, a line each. */
  inShort(findings: readonly { path: string; level: string; message: string }[]): string[] {
    return findings.map(({ path, level, message }) =>
      `${path.slice(this.root.length + 1)} ${level}: ${message}`
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** A file with frontmatter. */
export function document(fields: Record<string, unknown>, body = "Do it.\n"): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `---\n${lines.join("")}---\n${body}`;
}
