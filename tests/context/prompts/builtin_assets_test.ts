import { loadInstructions } from "../../../lib/context/mod.ts";
import { deepEqual, equal, match, ok } from "../../support/assert.ts";
import { VARIABLES } from "./prompt_files.ts";

/** A built-in prompt. */
async function builtin(path: string, variables: Partial<typeof VARIABLES> = {}): Promise<string> {
  const instructions = await loadInstructions(`$pod/${path}`, { user: null, workspace: null });
  return instructions({ ...VARIABLES, ...variables });
}

const ALL = [
  "default",
  "common/workspace",
  "common/tool-usage",
  "common/language",
  "common/writing",
  "internal/compact_system",
  "internal/memory_extract_system",
  "internal/memory_consolidation_system",
];

Deno.test("40.1.7 the default is identity and attitude, then workspace, tools, language, writing", async () => {
  const prompt = await builtin("default");
  const parts = ["common/workspace", "common/tool-usage", "common/language", "common/writing"];
  const rest = await Promise.all(parts.map((part) => builtin(part)));
  ok(prompt.startsWith("You are an agent of pod"));
  ok(prompt.endsWith(`\n\n${rest.join("\n\n")}`));
  deepEqual(prompt.match(/^#+ .*/gm), [
    "## How to work",
    "## Environment",
    "## Tools",
    "## Language",
    "## Writing",
  ]);
});

Deno.test("40.1.7 the built-in prompts carry the facts that they speak of", async () => {
  match(await builtin("common/workspace"), /\/home\/ada\/project[^]*2026-04-15/);
  match(await builtin("common/language"), /^## Language\n\n`language`: `Esperanto`\n/);
  match(await builtin("internal/memory_extract_system"), /Esperanto/);
  match(await builtin("internal/memory_consolidation_system"), /Esperanto/);
});

Deno.test("40.1.7 no built-in prompt has markup, blank ends or gaps", async () => {
  for (const path of ALL) {
    const prompt = await builtin(path, { tools: [...VARIABLES.tools, "MemoryQuery"] });
    equal(prompt, prompt.trim(), path);
    ok(!/\{\{|\{%|\n\n\n|undefined/.test(prompt), path);
  }
});

Deno.test("40.11-W3 a prompt speaks only of tools that there are", async () => {
  const names = [...VARIABLES.tools, "MemoryQuery", "KnowledgeQuery", "MemoryRead"];
  const mentioned = async (tools: string[]) => {
    const prompt = await builtin("default", { tools });
    return names.filter((name) => new RegExp(`\\b${name}\\b`).test(prompt));
  };
  deepEqual(await mentioned(names), names.filter((name) => name !== "Bash"));
  deepEqual(await mentioned(["Glob", "Grep", "Read"]), ["Read"]);
  deepEqual(await mentioned(["Bash"]), []);
  match(await builtin("default", { tools: [] }), /You have no tools/);
});

Deno.test("40.1.7 workers are not told how to use memory", async () => {
  for (const path of ALL.filter((path) => path.startsWith("internal/"))) {
    ok(!/MemoryQuery|Memory and knowledge/.test(await builtin(path)), path);
  }
});

Deno.test("40.8.5 the summariser is told its tools, its sections and when to stop", async () => {
  const prompt = await builtin("internal/compact_system");
  const tools = ["Read", "search_session_log", "read_session_items", "mark_read_required"];
  for (const tool of [...tools, "add_reference", "write_summary"]) {
    match(prompt, new RegExp(`\`${tool}\``));
  }
  deepEqual(prompt.match(/^## (?!What|Files|Summary).*/gm), [
    "## Completed Tasks",
    "## Active Task",
    "## Key Decisions",
    "## User Directives",
    "## Current Work",
  ]);
});
