import {
  BUILTIN_PROMPTS,
  loadCatalog,
  type PromptInputs,
  type PromptKey,
  withFallback,
} from "../../../lib/context/mod.ts";
import { deepEqual, equal, match, ok, rejects, throws } from "../../support/assert.ts";
import { NOT_UTF8, PromptFiles } from "./prompt_files.ts";

/** A value for every input of every key. */
const INPUTS: PromptInputs = {
  compact_system: {},
  compact_request: { target_tokens: 2000, recent_files: "- /a", tasks: "TASKS", overview: "OVER" },
  compact_budget_warning: { remaining_tokens: 7000 },
  compact_summary_missing: {},
  compact_summary_too_long: { tokens: 5000, max_tokens: 4000, target_tokens: 2000 },
  memory_extract_system: { language: "Esperanto" },
  memory_consolidation_system: { language: "Esperanto" },
  notify_wrapper: { message: "ping" },
  date_change: { date: "2026-04-15" },
  interrupt_tool_result_summary: { cause: "user" },
  interrupt_system_note: { cause: "user" },
  task_reminder: { tasks: "- taskid 1 (pending) write tests" },
  working_boundaries_section: { scope_summary: "SCOPE" },
  agents_md_section: { agents_md: "AGENTS" },
  resident_memory_summary_section: { summary: "SUMMARY" },
  resident_knowledge_section: { entries: "- a: b" },
  resident_workflows_section: { entries: "- a: b" },
  output_schema_section: { schema: "{}" },
};
const KEYS = Object.keys(INPUTS) as PromptKey[];

/** Writes packs, the lowest first, and loads them. */
async function load(...packs: readonly string[]) {
  using files = new PromptFiles();
  const written = packs.map((text, index) => files.write(`${index}.toml`, text));
  return await loadCatalog(
    written.map((path) => ({ path, mustExist: true })),
    files.libraries,
  );
}

Deno.test("40.12-7 the upper pack wins key by key, and over the built-in text", async () => {
  const { catalog, warnings } = await load(
    '[prompt]\nnotify_wrapper = "user {{ message }}"\ninterrupt_system_note = "user"\ntask_reminder = "user"',
    '[prompt]\nnotify_wrapper = "project {{ message }}"\ninterrupt_system_note = "project"',
    '[prompt]\nnotify_wrapper = "manifest {{ message }}"\n',
  );
  equal(catalog.render("notify_wrapper", { message: "ping" }), "manifest ping");
  equal(catalog.render("interrupt_system_note", { cause: "user" }), "project");
  equal(catalog.render("task_reminder", { tasks: "" }), "user");
  equal(catalog.render("compact_system", {}), BUILTIN_PROMPTS.render("compact_system", {}));
  deepEqual(warnings, []);
});

Deno.test("40.12-7 unknown keys are told and ignored, unknown tables are ignored", async () => {
  const { catalog, warnings } = await load(
    '[prompt]\nnotify_wraper = "x"\ninterrupt_system_note = "y"\n[other]\nnotify_wrapper = 1\n',
  );
  equal(catalog.render("interrupt_system_note", { cause: "user" }), "y");
  match(catalog.render("notify_wrapper", { message: "m" }), /^\[Notification\]\nm\n\n/);
  equal(warnings.length, 1);
  match(warnings[0] ?? "", /0\.toml: there is no prompt `notify_wraper`; it is ignored$/);
});

Deno.test("40.12-7 a pack that must exist is an error when it is missing, another is not", async () => {
  using files = new PromptFiles();
  const path = `${files.root}/none.toml`;
  const { catalog } = await loadCatalog([{ path, mustExist: false }], files.libraries);
  match(catalog.render("task_reminder", { tasks: "t" }), /\nt$/);
  await rejects(
    loadCatalog([{ path, mustExist: true }], files.libraries),
    new RegExp(`failed to read prompt pack ${path}: .*No such file`),
  );
});

Deno.test("40.1.9 what is wrong with a pack is said with its place", async () => {
  await rejects(load("[prompt\n"), /failed to parse prompt pack .*\/0\.toml: /);
  await rejects(
    load("[prompt]\ntask_reminder = 7\n"),
    /failed to parse prompt pack .*0\.toml: prompt\.task_reminder: .*Expected string/,
  );
  await rejects(load("prompt = 1\n"), /failed to parse prompt pack .*0\.toml: /);
  await rejects(
    load('[prompt]\ntask_reminder = "{{ tasks"\n'),
    /failed to compile prompt template 'task_reminder': .*not closed.* \(in .*\/0\.toml\)/,
  );
  using files = new PromptFiles({ "binary.toml": NOT_UTF8, "folder.toml/x": "" });
  await new Deno.Command("mkfifo", { args: [`${files.root}/pipe.toml`] }).output();
  for (const name of ["binary", "folder", "pipe"]) {
    await rejects(
      loadCatalog([{ path: `${files.root}/${name}.toml`, mustExist: false }], files.libraries),
      new RegExp(`failed to read prompt pack .*/${name}\\.toml: `),
    );
  }
});

Deno.test("40.1.8 a pack's text is checked for its variables when it is used", async () => {
  const { catalog } = await load(
    '[prompt]\ntask_reminder = "{{ ghost }}"\nnotify_wrapper = "{% include \\"unqualified\\" %}"\n',
  );
  throws(
    () => catalog.render("task_reminder", { tasks: "" }),
    /failed to render prompt 'task_reminder': undefined variable: ghost/,
  );
  throws(
    () => catalog.render("notify_wrapper", { message: "" }),
    /failed to render prompt 'notify_wrapper': unqualified prompt reference 'unqualified'/,
  );
});

Deno.test("40.1.8 a pack's text may include a prompt, by its whole reference", async () => {
  const { catalog } = await load(
    '[prompt]\ncompact_system = """Answer in German.\n{% include "$pod/internal/compact_system" %}\n"""\n',
  );
  const own = BUILTIN_PROMPTS.render("compact_system", {});
  equal(catalog.render("compact_system", {}), `Answer in German.\n${own}`);
});

Deno.test("40.1.8 a pack can put its own words around every input", async () => {
  for (const key of KEYS) {
    const names = Object.keys(INPUTS[key]);
    const source = ["own", ...names.map((name) => `{{ ${name} }}`)].join("|");
    const { catalog } = await load(`[prompt]\n${key} = "${source}"\n`);
    equal(
      catalog.render(key, INPUTS[key] as never),
      ["own", ...Object.values(INPUTS[key])].join("|"),
    );
  }
});

Deno.test("40.1.8 every built-in text says its inputs and has no blank ends", () => {
  for (const key of KEYS) {
    const text = BUILTIN_PROMPTS.render(key, INPUTS[key] as never);
    equal(text, text.trim(), key);
    for (const [name, value] of Object.entries(INPUTS[key])) {
      if (name !== "cause") ok(text.includes(String(value)), `${key} lacks ${name}`);
    }
  }
});

Deno.test("40.1.8 sections begin with a rule, their heading and an empty line", () => {
  const headings = {
    working_boundaries_section: "## Working boundaries",
    agents_md_section: "## Project instructions (AGENTS.md)",
    resident_memory_summary_section: "## Resident memory summary",
    resident_knowledge_section: "## Resident knowledge",
    resident_workflows_section: "## Resident workflows",
    output_schema_section: "## Form of the final answer",
  } as const;
  for (const [key, heading] of Object.entries(headings) as [keyof typeof headings, string][]) {
    const text = BUILTIN_PROMPTS.render(key, INPUTS[key] as never);
    ok(text.startsWith(`---\n${heading}\n\n`), text);
  }
});

Deno.test("40.1.8 markers stand where those who look for them expect them", () => {
  const render = BUILTIN_PROMPTS.render;
  match(render("notify_wrapper", { message: "ping" }), /^\[Notification\]\nping\n\nThis is/);
  equal(render("interrupt_tool_result_summary", { cause: "user" }), "[Interrupted by user]");
  for (const cause of ["user", "failure", "restart"] as const) {
    match(render("interrupt_system_note", { cause }), /^\[The previous turn [^\n]*\]$/);
  }
  match(
    render("compact_budget_warning", { remaining_tokens: 1 }),
    /^\[Compact worker budget warning\] /,
  );
  const reminder = render("task_reminder", { tasks: "- taskid 1 (pending) x" });
  match(reminder, /\bTaskUpdate\b[^]*\n- taskid 1 \(pending\) x$/);
});

Deno.test("40.8.4 the summariser's request has its parts in order, files only if there are any", () => {
  const inputs = INPUTS.compact_request;
  const order =
    /2000 tokens[^]*## Referenced files\n- \/a\n[^]*## Current Session TaskStore\n[^]*\nTASKS\n[^]*## Conversation overview\/index\n\nOVER\n[^]*`write_summary`\.$/;
  match(BUILTIN_PROMPTS.render("compact_request", inputs), order);
  const without = BUILTIN_PROMPTS.render("compact_request", { ...inputs, recent_files: "" });
  ok(!without.includes("Referenced files"));
});

Deno.test("40.4.2 what must be said now is said in pod's own words when a pack fails, and that is told", async () => {
  const { catalog } = await load(
    '[prompt]\nnotify_wrapper = "{{ ghost }}"\ntask_reminder = "mine"\n',
  );
  const errors: unknown[] = [];
  const prompts = withFallback(catalog, (error) => errors.push(error));
  match(prompts.render("notify_wrapper", { message: "ping" }), /^\[Notification\]\nping\n/);
  equal(prompts.render("task_reminder", { tasks: "" }), "mine");
  equal(errors.length, 1);
  match(String(errors[0]), /failed to render prompt 'notify_wrapper'/);
});

Deno.test("40.11-W6 the README lists every key with its variables", async () => {
  const readme = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
  for (const key of KEYS) {
    const [, variables] = new RegExp(`^\\| \`${key}\` +\\| (.*) \\|$`, "m").exec(readme) ?? [];
    if (variables === undefined) throw new Error(`the README lacks ${key}`);
    const names = Array.from(
      variables.split(":")[0]?.matchAll(/`(\w+)`/g) ?? [],
      ([, name]) => name,
    );
    deepEqual(names, Object.keys(INPUTS[key]), key);
  }
});
