import { knowledgeIn, listCompletions } from "../../../lib/context/mod.ts";
import type { CompletionKind } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { document, WorkflowProject } from "../workflows/workspace.ts";

const NO_WORKFLOWS = { workflowDirectory: null, knowledgeDirectory: null, skillRoots: [] };

/** Candidates as text; directories end in a slash. */
async function complete(
  { files, ws: cwd }: FileWorkspace,
  prefix: string,
  kind: CompletionKind = "file",
  workflows = NO_WORKFLOWS as Parameters<typeof listCompletions>[2]["workflows"],
): Promise<string[]> {
  const sources = { files, cwd, maxBytes: 1, workflows };
  const entries = await listCompletions(kind, prefix, sources);
  return entries.map(({ value, is_dir }) => is_dir ? `${value}/` : value);
}

Deno.test("40.12-23 10.15-45 files: directories first, hidden ones too, what is denied is absent", async () => {
  const files = {
    "sub/in": "",
    "sub/deep/x": "",
    "denied/x": "",
    "alpha.ts": "",
    "alarm": "",
    ".hid": "",
  };
  await using workspace = await FileWorkspace.create({ files, deny: { "ws/denied": "read" } });
  const { ws, root } = workspace;
  await Deno.symlink(`${root}/out/secret`, `${ws}/leak`);
  await Deno.symlink("sub", `${ws}/zlink`);
  deepEqual(await complete(workspace, ""), ["sub/", "zlink/", ".hid", "alarm", "alpha.ts"]);
  deepEqual(await complete(workspace, "al"), ["alarm", "alpha.ts"]);
  deepEqual(await complete(workspace, "sub"), ["sub/"]);
  deepEqual(await complete(workspace, "sub/"), ["sub/deep/", "sub/in"]);
  deepEqual(await complete(workspace, "./sub/i"), ["./sub/in"]);
  deepEqual(await complete(workspace, `${ws}/alp`), [`${ws}/alpha.ts`]);
  for (const nowhere of ["none/", "alarm/", "denied/", "../out/", "/", "a\0/", "~/"]) {
    deepEqual(await complete(workspace, nowhere), []);
  }
});

Deno.test("40.11-W43 where nothing begins so, what has the letters in their order is offered", async () => {
  await using workspace = await FileWorkspace.create({
    files: { "src/main.ts": "", "src/domain.ts": "", "src/Makefile": "", "denied/main.ts": "" },
    deny: { "ws/denied": "read" },
  });
  await using project = await WorkflowProject.create({
    "workflow/code-review.md": document({ description: "d" }),
    "workflow/release.md": document({ description: "d" }),
  });
  const workflows = (prefix: string) => complete(workspace, prefix, "workflow", project.sources);
  deepEqual(await complete(workspace, "src/ma"), ["src/main.ts"]);
  deepEqual(await complete(workspace, "src/mn"), ["src/domain.ts", "src/main.ts"]);
  deepEqual(await complete(workspace, "src/MAK"), ["src/Makefile"]);
  deepEqual(await complete(workspace, "src/nm"), []);
  deepEqual(await complete(workspace, "denied/mn"), []);
  deepEqual(await workflows("re"), ["release"]);
  deepEqual(await workflows("rev"), ["code-review"]);
  deepEqual(await workflows("xyz"), []);
});

Deno.test("40.12-23 at most 100 candidates, also of a large directory, and they are the first", async () => {
  await using workspace = await FileWorkspace.create({ files: { "many/sub/x": "" } });
  for (let index = 0; index < 5000; index++) {
    Deno.writeTextFileSync(`${workspace.ws}/many/f${10_000 + index}`, "");
  }
  const all = await complete(workspace, "many/");
  deepEqual([all.length, all[0], all[1], all[99]], [
    100,
    "many/sub/",
    "many/f10000",
    "many/f10098",
  ]);
  deepEqual(await complete(workspace, "many/f1499"), [
    ...Array.from({ length: 10 }, (_, digit) => `many/f1499${digit}`),
  ]);
});

Deno.test("40.12-23 40.11-W43 workflows that a user may invoke, as they are now", async () => {
  await using workspace = await FileWorkspace.create();
  await using project = await WorkflowProject.create({
    "workflow/release.md": document({ description: "d" }),
    "workflow/closed.md": document({ description: "d", user_invocable: false }),
    "skills/review/SKILL.md": document({ name: "review", description: "d" }),
  });
  const workflows = (prefix: string) => complete(workspace, prefix, "workflow", project.sources);
  deepEqual(await workflows(""), ["release", "review"]);
  deepEqual(await workflows("rev"), ["review"]);
  await Deno.writeTextFile(`${project.root}/workflow/a.md`, document({ description: "d" }));
  deepEqual(await workflows(""), ["a", "release", "review"]);
  for (let index = 0; index < 120; index++) {
    const path = `${project.root}/workflow/x${index}.md`;
    await Deno.writeTextFile(path, document({ description: "d" }));
  }
  equal((await workflows("")).length, 100);
});

Deno.test("40.12-23 40.11-W43 every record of the knowledge that can be read, as they are now", async () => {
  await using workspace = await FileWorkspace.create();
  await using project = await WorkflowProject.create({
    "knowledge/style.md": document({ model_invokation: false, user_invocable: false }),
    "knowledge/stack.md": document({}),
    "knowledge/bent.md": "no frontmatter",
    "knowledge/Bad.md": document({}),
    "knowledge/notes.txt": "",
  });
  const { files, ws: cwd } = workspace;
  const knowledge = knowledgeIn(`${project.root}/knowledge`);
  const sources = { files, cwd, maxBytes: 1, workflows: NO_WORKFLOWS, knowledge };
  const slugs = async (prefix: string) =>
    (await listCompletions("knowledge", prefix, sources)).map(({ value }) => value);
  deepEqual(await slugs(""), ["stack", "style"]);
  deepEqual(await slugs("sty"), ["style"]);
  await Deno.writeTextFile(`${project.root}/knowledge/a.md`, document({}));
  deepEqual(await slugs(""), ["a", "stack", "style"]);
  await Deno.remove(`${project.root}/knowledge`, { recursive: true });
  deepEqual(await slugs(""), []);
});

Deno.test("40.5 without memory there is no knowledge to refer to", async () => {
  await using workspace = await FileWorkspace.create();
  deepEqual(await complete(workspace, "", "knowledge"), []);
});
