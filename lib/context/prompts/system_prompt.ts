import { messageOf } from "../../base/mod.ts";
import type { PromptCatalog } from "./catalog.ts";
import type { Instructions } from "./instructions.ts";
import { PromptError } from "./prompt_error.ts";
import type { PromptVariables } from "./variables.ts";

/** What a system prompt is made of. */
export interface SystemPromptParts {
  readonly instructions: Instructions;
  readonly variables: PromptVariables;
  readonly sections: PromptSections;
}

/** Facts that no instructions may lose; a section for each that is there (spec 40 §1.6). */
export interface PromptSections {
  /** What the model may read and write, as `Scope.summary()` gives it. */
  readonly scopeSummary: string;
  /** The project's own instructions. */
  readonly agentsMd?: string | null;
  /** The body of the memory's summary. */
  readonly memorySummary?: string | null;
  readonly knowledge?: readonly ResidentEntry[];
  /** Workflows and skills. */
  readonly workflows?: readonly ResidentEntry[];
  /** JSON Schema, as text, that the final answer must meet. */
  readonly outputSchema?: string | null;
}

/** A record that the model knows of without having its text. */
export interface ResidentEntry {
  readonly slug: string;
  readonly description: string;
}

/**
 * The system prompt of a session: the instructions, then the sections. Rendered once; the session
 * keeps the text.
 *
 * @throws {PromptError}
 */
export function renderSystemPrompt(parts: SystemPromptParts, catalog: PromptCatalog): string {
  const { instructions, variables, sections } = parts;
  try {
    return layOut(instructions(variables), renderSections(sections, catalog));
  } catch (error) {
    const message = `failed to render system prompt template: ${messageOf(error)}`;
    throw new PromptError(message, error);
  }
}

/** One line per record, sorted by slug. */
function residentEntries(entries: readonly ResidentEntry[]): string {
  return entries
    .toSorted((left, right) => left.slug < right.slug ? -1 : 1)
    .map(({ slug, description }) => `- ${slug}: ${description.replaceAll(/[\r\n]/g, " ")}`)
    .join("\n");
}

function renderSections(sections: PromptSections, catalog: PromptCatalog): string[] {
  const { scopeSummary: scope_summary, agentsMd: agents_md, outputSchema: schema } = sections;
  const summary = sections.memorySummary?.replaceAll(/^[\r\n]+|[\r\n]+$/g, "");
  const knowledge = residentEntries(sections.knowledge ?? []);
  const workflows = residentEntries(sections.workflows ?? []);
  try {
    return [
      catalog.render("working_boundaries_section", { scope_summary }),
      agents_md && catalog.render("agents_md_section", { agents_md }),
      summary && catalog.render("resident_memory_summary_section", { summary }),
      knowledge && catalog.render("resident_knowledge_section", { entries: knowledge }),
      workflows && catalog.render("resident_workflows_section", { entries: workflows }),
      schema && catalog.render("output_schema_section", { schema }),
    ].filter((section): section is string => !!section);
  } catch (error) {
    const message = `failed to render trailing section template: ${messageOf(error)}`;
    throw new PromptError(message, error);
  }
}

/** Puts an empty line between the body and each section; nothing trails. */
function layOut(body: string, sections: readonly string[]): string {
  const head = body.endsWith("\n") ? `${body}\n` : `${body}\n\n`;
  const tail = sections.map((section) => `${trimEnd(section)}\n`).join("\n");
  return trimEnd(head + tail);
}

function trimEnd(text: string): string {
  return text.replace(/[\n ]+$/, "");
}
