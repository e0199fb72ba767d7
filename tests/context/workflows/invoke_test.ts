import { resolveInput } from "../../../lib/context/mod.ts";
import { deepEqual, rejects } from "../../support/assert.ts";
import { inTime } from "../../support/in_time.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { document, WorkflowProject } from "./workspace.ts";

/** What the model is shown of an input that names a file and invokes these. */
async function invoke(project: WorkflowProject, ...slugs: string[]): Promise<string[]> {
  await using workspace = await FileWorkspace.create({ files: { "a.ts": "A" } });
  const { files, ws: cwd } = workspace;
  const { signal } = new AbortController();
  const input = [
    ...slugs.map((slug) => ({ kind: "workflow_invoke" as const, slug })),
    { kind: "file_ref" as const, path: "a.ts" },
  ];
  const sources = { files, cwd, maxBytes: 100, workflows: project.sources };
  const { additions } = await resolveInput(input, sources, signal);
  return additions.map(({ note }) => note?.body.replaceAll(project.root, "") ?? "");
}

Deno.test("40.12-15 a workflow comes with the knowledge it requires, behind the files", async () => {
  await using project = await WorkflowProject.create({
    "workflow/release.md": document(
      { description: "d", requires: ["tags", "style"] },
      "1. Tag\n2. Push\n\n",
    ),
    "knowledge/tags.md": document({ any: "thing" }, "v1.2.3\n"),
    "knowledge/style.md": "---\nnot: [yaml\n---\nTabs, not spaces. \n",
  });
  deepEqual(await invoke(project, "release", "release"), [
    "[File: a.ts]\nA",
    "[Workflow /release requires Knowledge #tags]\nv1.2.3",
    "[Workflow /release requires Knowledge #style]\nTabs, not spaces.",
    "[Workflow /release]\n1. Tag\n2. Push",
  ]);
});

Deno.test("40.11-W39 40.11-W40 a skill needs no memory, and says where its files are", async () => {
  await using project = await WorkflowProject.create({
    "skills/lint/SKILL.md": document({ name: "lint", description: "d" }, "Run ./lint.sh\n"),
  });
  deepEqual(await invoke(project, "lint"), [
    "[File: a.ts]\nA",
    "[Workflow /lint]\n[Directory: /skills/lint]\nRun ./lint.sh",
  ]);
});

Deno.test("40.12-14 40.12-15 what cannot be invoked is refused, with the reason", async () => {
  await using project = await WorkflowProject.create({
    "workflow/closed.md": document({ description: "d", user_invocable: false }),
    "workflow/lost.md": document({ description: "d", requires: ["none"] }),
    "workflow/bent.md": document({ description: "d", requires: ["plain"] }),
    "workflow/out.md": document({ description: "d", requires: ["../skills/x"] }),
    "workflow/piped.md": document({ description: "d", requires: ["pipe"] }),
    "knowledge/plain.md": "no frontmatter",
  });
  await new Deno.Command("mkfifo", { args: [`${project.root}/knowledge/pipe.md`] }).output();
  const refusals: readonly (readonly [slug: string, reason: RegExp])[] = [
    ["No", /workflow invocation failed: invalid workflow slug: invalid slug `No`: must match/],
    ["nope", /workflow invocation failed: workflow \/nope is not registered$/],
    ["closed", /workflow invocation failed: workflow \/closed is not user-invocable$/],
    [
      "lost",
      /workflow invocation failed: workflow \/lost requires missing Knowledge slug `none`$/,
    ],
    ["bent", /workflow \/bent required Knowledge `plain` has invalid frontmatter: frontmatter is/],
    ["piped", /could not read required Knowledge `pipe`: it is not a regular file$/],
    ["out", /requires missing Knowledge slug `\.\.\/skills\/x`$/],
  ];
  for (const [slug, reason] of refusals) {
    await rejects(() => inTime(slug, invoke(project, slug)), reason);
  }
});
