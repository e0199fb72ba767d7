import {
  BUILTIN_PROMPTS,
  type Instructions,
  loadCatalog,
  plainInstructions,
  type PromptSections,
  promptVariables,
  renderSystemPrompt,
} from "../../../lib/context/mod.ts";
import { deepEqual, equal, match, ok, throws } from "../../support/assert.ts";
import { PromptFiles, VARIABLES } from "./prompt_files.ts";

const SCOPE = "Readable:\n  - /work\n  - /docs [non-recursive]\nWritable:\n  - /work";

function render(body: string | Instructions, sections: Partial<PromptSections> = {}): string {
  return renderSystemPrompt({
    instructions: typeof body === "string" ? () => body : body,
    variables: VARIABLES,
    sections: { scopeSummary: SCOPE, ...sections },
  }, BUILTIN_PROMPTS);
}

const headings = (prompt: string) => prompt.match(/(?<=^---\n)## .*/gm);

Deno.test("40.12-1 the body, an empty line, the boundaries, and nothing after them", () => {
  const expected = `BODY\n\n---\n## Working boundaries\n\n${SCOPE}`;
  equal(render("BODY"), expected);
  equal(render("BODY\n"), expected);
});

Deno.test("40.12-6 the sections come in their order, each only when there is something in it", () => {
  const all: Partial<PromptSections> = {
    agentsMd: "Run the linter.\n\n",
    memorySummary: "\n\nWe use tabs.\n",
    knowledge: [{ slug: "style", description: "How we write" }],
    workflows: [{ slug: "release", description: "How we\nship\r\nit" }],
    outputSchema: '{"type":"object"}',
  };
  const titles = [
    "## Working boundaries",
    "## Project instructions (AGENTS.md)",
    "## Resident memory summary",
    "## Resident knowledge",
    "## Resident workflows",
    "## Form of the final answer",
  ];
  const prompt = render("BODY", all);
  deepEqual(headings(prompt), titles);
  match(
    prompt,
    /AGENTS\.md\)\n\nRun the linter\.\n\n---\n## Resident memory summary\n\n.*\n\nWe use tabs\.\n\n---\n/,
  );
  match(prompt, /\n\n- style: How we write\n\n---\n/);
  match(prompt, /\n\n- release: How we ship {2}it\n\n---\n/);
  ok(prompt.endsWith('\n\n{"type":"object"}'));
  for (const [index, key] of Object.keys(all).entries()) {
    for (const empty of [undefined, null]) {
      const left = render("BODY", { ...all, [key]: empty });
      deepEqual(headings(left), titles.toSpliced(index + 1, 1), key);
    }
  }
});

Deno.test("40.1.6 resident entries are sorted by slug", () => {
  const workflows = ["b", "a-2", "a"].map((slug) => ({ slug, description: slug.toUpperCase() }));
  match(render("BODY", { workflows }), /\n- a: A\n- a-2: A-2\n- b: B$/);
});

Deno.test("40.1.4 the variables are UTC, in seconds, with the tools sorted", () => {
  deepEqual(
    promptVariables({
      cwd: "/w",
      language: "French",
      tools: ["Read", "Bash"],
      now: new Date("2026-02-03T23:59:08.765Z"),
    }),
    {
      date: "2026-02-03",
      time: "23:59:08",
      datetime: "2026-02-03T23:59:08Z",
      cwd: "/w",
      language: "French",
      tools: ["Bash", "Read"],
    },
  );
});

Deno.test("40.1.9 errors of the body and of the sections are told apart", async () => {
  const ghost = () => {
    throw new Error("system prompt template render error: ghost");
  };
  throws(
    () => render(ghost),
    /failed to render system prompt template: system prompt template render error: ghost/,
  );
  using files = new PromptFiles();
  const path = files.write("p.toml", '[prompt]\nworking_boundaries_section = "{{ ghost }}"');
  const { catalog } = await loadCatalog([{ path, mustExist: true }], files.libraries);
  throws(
    () =>
      renderSystemPrompt({
        instructions: plainInstructions("BODY"),
        variables: VARIABLES,
        sections: { scopeSummary: SCOPE },
      }, catalog),
    /: failed to render trailing section template: failed to render prompt 'working_boundaries_section': undefined variable/,
  );
});

Deno.test("a section that a pack leaves empty leaves no gap", async () => {
  using files = new PromptFiles();
  const path = files.write("p.toml", '[prompt]\nworking_boundaries_section = ""');
  const { catalog } = await loadCatalog([{ path, mustExist: true }], files.libraries);
  const prompt = renderSystemPrompt({
    instructions: () => "BODY",
    variables: VARIABLES,
    sections: { scopeSummary: SCOPE, outputSchema: "{}" },
  }, catalog);
  match(prompt, /^BODY\n\n---\n## Form of the final answer\n/);
});
