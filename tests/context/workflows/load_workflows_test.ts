import { loadWorkflows } from "../../../lib/context/mod.ts";
import { deepEqual, equal, match } from "../../support/assert.ts";
import { inTime } from "../../support/in_time.ts";
import { document, WorkflowProject } from "./workspace.ts";

/** Slugs in their order, and what is wrong. */
async function load(files: Record<string, string>) {
  await using project = await WorkflowProject.create(files);
  const { workflows, findings, shadowed } = await loadWorkflows(project.sources);
  return {
    workflows,
    slugs: [...workflows.keys()],
    findings: project.inShort(findings),
    shadowed: shadowed.map((text) => text.replaceAll(`${project.root}/`, "")),
  };
}

Deno.test("40.12-39 without directories there is nothing, and nothing wrong", async () => {
  const { slugs, findings } = await load({});
  deepEqual([slugs, findings], [[], []]);
});

Deno.test("40.12-39 a workflow is for the user alone unless it says otherwise", async () => {
  const { workflows, findings } = await load({
    "workflow/plain.md": "---\r\ndescription: Does it.\r\n---\r\n\r\n1. Tag\r\n",
    "workflow/hidden.md": document({ description: "d", user_invocable: false }),
    "workflow/old.md": document({ description: "d", model_invokation: true, requires: ["a"] }),
    "workflow/new.md": document({ description: "d", model_invocation: true, created_at: "x" }),
    "workflow/blank.md": "---\ndescription: d\nuser_invocable:\nrequires:\n---\n",
    "workflow/notes.txt": "not for us",
  });
  const rows = [...workflows.values()].map(({ slug, isResident, isUserInvocable, requires }) =>
    [slug, isResident, isUserInvocable, requires] as const
  );
  deepEqual(rows, [
    ["blank", false, true, []],
    ["hidden", false, false, []],
    ["new", true, true, []],
    ["old", true, true, ["a"]],
    ["plain", false, true, []],
  ]);
  equal(workflows.get("plain")?.description, "Does it.");
  equal(workflows.get("plain")?.body, "\r\n1. Tag\r\n");
  deepEqual(findings, []);
});

Deno.test("40.11-W41 bad files are reported and left out, the others load", async () => {
  const { slugs, findings } = await load({
    "workflow/Bad.md": document({ description: "d" }),
    "workflow/a--b.md": document({ description: "d" }),
    "workflow/draft.md": "# Draft\n",
    "workflow/fine.md": document({ description: "d", colour: "red" }),
    "workflow/nameless.md": document({ requires: [] }),
    "workflow/open.md": "---\ndescription: d\n",
    "workflow/typed.md": document({ description: "d", user_invocable: "maybe" }),
    "workflow/yaml.md": "---\ndescription: [\n---\n",
    "workflow/yaml-colon.md": "---\ndescription: Step 1: tag\n---\n",
    "workflow/list.md": "---\n- a\n---\n",
  });
  deepEqual(slugs, ["fine"]);
  const slug = (text: string) =>
    `invalid slug \`${text}\`: must match ^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$, without \`--\`; ` +
    "rename the file, or keep it in another directory";
  const exact = findings.filter((line) => !/^workflow\/(typed|yaml)/.test(line));
  deepEqual(exact, [
    `workflow/Bad.md error: invalid workflow file name: ${slug("Bad")}`,
    `workflow/a--b.md error: invalid workflow file name: ${slug("a--b")}`,
    "workflow/draft.md error: frontmatter is missing or document is empty: the file must begin with " +
    "a line `---`, lines such as `description: What it is for`, and another line `---`",
    "workflow/fine.md warning: unknown frontmatter key `colour` is ignored",
    "workflow/list.md error: malformed frontmatter: it must be a list of `key: value` lines",
    "workflow/nameless.md error: missing required frontmatter field: `description`",
    "workflow/open.md error: malformed frontmatter: missing closing `---` line",
  ]);
  match(findings.join("\n"), /typed\.md error: malformed frontmatter: user_invocable: .*"maybe"/);
  match(findings.join("\n"), /yaml-colon\.md error: malformed .* at line 2, .* needs quotes/);
  match(findings.join("\n"), /yaml\.md error: malformed frontmatter: .* at line 3, column 1 \(/m);
});

Deno.test("40.12-39 a description that the model is shown has at most 1024 characters", async () => {
  const described = (length: number, model_invokation: boolean) =>
    document({ description: "ä".repeat(length), model_invokation });
  const { slugs, findings } = await load({
    "workflow/fits.md": described(1024, true),
    "workflow/long.md": described(1025, true),
    "workflow/unseen.md": described(1025, false),
  });
  deepEqual(slugs, ["fits", "unseen"]);
  deepEqual(findings, [
    "workflow/long.md error: Workflow with model_invokation: true cannot have description longer " +
    "than 1024 chars (got 1025)",
  ]);
});

Deno.test("40.12-40 bad skills are skipped, their siblings load in order", async () => {
  const skill = (name: string, description = "d", more = {}) =>
    document({ name, description, ...more });
  const { workflows, slugs, findings } = await load({
    "skills/c/SKILL.md": skill("c"),
    "skills/a/SKILL.md": skill("a", "d", { license: "MIT", metadata: { x: 1 }, extra: 1 }),
    "skills/b/SKILL.md": skill("b", "d", { "allowed-tools": "Read" }),
    "skills/other/SKILL.md": skill("name"),
    "skills/Bad/SKILL.md": skill("Bad"),
    "skills/empty/SKILL.md": skill("empty", ""),
    "skills/long/SKILL.md": skill("long", "x".repeat(1025)),
    "skills/notes/README.md": "",
  });
  deepEqual(slugs, ["a", "b", "c"]);
  const { isResident, isUserInvocable } = workflows.get("a") ?? {};
  deepEqual([isResident, isUserInvocable], [true, true]);
  deepEqual(findings.map((line) => line.replace(/(?<=invalid name).*/, "")), [
    "skills/Bad/SKILL.md error: invalid name",
    "skills/a/SKILL.md warning: unknown frontmatter key `extra` is ignored",
    "skills/b/SKILL.md warning: `allowed-tools` is not enforced",
    "skills/empty/SKILL.md error: description must have 1 to 1024 chars (got 0)",
    "skills/long/SKILL.md error: description must have 1 to 1024 chars (got 1025)",
    "skills/other/SKILL.md error: name `name` is not that of the directory, `other`",
  ]);
});

Deno.test("40.12-40 workflows win over skills, earlier roots over later ones", async () => {
  const skill = (name: string) => document({ name, description: "d" }, "from a skill");
  const { workflows, shadowed } = await load({
    "workflow/lint.md": document({ description: "d" }, "from the workflow"),
    "skills/lint/SKILL.md": skill("lint"),
    "skills/test/SKILL.md": skill("test"),
    "more/test/SKILL.md": skill("test"),
  });
  equal(workflows.get("lint")?.body, "from the workflow");
  match(workflows.get("test")?.path ?? "", /\/skills\/test\/SKILL\.md$/);
  deepEqual(shadowed, [
    "skill /lint from skill (skills/lint/SKILL.md) was shadowed by existing workspace workflow " +
    "(workflow/lint.md)",
    "skill /test from skill (more/test/SKILL.md) was shadowed by existing skill " +
    "(skills/test/SKILL.md)",
  ]);
});

Deno.test("40.9.2 links are followed, pipes are not waited for, a directory is no workflow", async () => {
  await using project = await WorkflowProject.create({
    "workflow/sub.md/x": "",
    "real.md": document({ description: "d" }),
  });
  const { root } = project;
  await Deno.symlink(`${root}/real.md`, `${root}/workflow/link.md`);
  await Deno.symlink(`${root}/none`, `${root}/workflow/broken.md`);
  await new Deno.Command("mkfifo", { args: [`${root}/workflow/pipe.md`] }).output();
  const { workflows, findings } = await inTime("the workflows", loadWorkflows(project.sources));
  deepEqual([...workflows.keys()], ["link"]);
  deepEqual(project.inShort(findings), [
    "workflow/broken.md error: it is a link that leads nowhere: mend or remove it",
  ]);
});

Deno.test("40.9.2 40.9.3 what is too large, endless or a loop is reported, and not read", async () => {
  await using project = await WorkflowProject.create({
    "workflow/fits.md": document({ description: "d" }, "x".repeat(256 * 1024 - 30)),
    "workflow/huge.md": document({ description: "d" }),
    "skills/huge/SKILL.md": document({ name: "huge", description: "d" }),
    "skills/empty/other": "",
    "skills/file": "",
  });
  const { root } = project;
  for (const path of ["workflow/huge.md", "skills/huge/SKILL.md"]) {
    await Deno.truncate(`${root}/${path}`, 500 * 1024 * 1024);
  }
  await Deno.symlink("/dev/zero", `${root}/workflow/endless.md`);
  await Deno.symlink("loop", `${root}/skills/loop`);
  const { workflows, findings } = await inTime("the workflows", loadWorkflows(project.sources));
  deepEqual([...workflows.keys()], ["fits"]);
  const tooLarge = "error: it has 524288000 bytes, and at most 262144 can be used: shorten it";
  const [huge, hugeSkill, loop, ...others] = project.inShort(findings);
  deepEqual([huge, hugeSkill, others], [
    `workflow/huge.md ${tooLarge}`,
    `skills/huge/SKILL.md ${tooLarge}`,
    [],
  ]);
  match(loop ?? "", /^skills\/loop\/SKILL\.md error: Too many levels of symbolic links/);
});
