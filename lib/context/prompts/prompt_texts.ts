import type { Interruption } from "../../session/mod.ts";
import { compactSystem, memoryConsolidationSystem, memoryExtractSystem } from "./builtin_assets.ts";
import type { PromptInputs, PromptKey } from "./catalog.ts";

/** Pod's own texts: one for each key, which the compiler sees to. */
export const PROMPT_TEXTS: {
  readonly [Key in PromptKey]: (inputs: PromptInputs[Key]) => string;
} = {
  compact_system: compactSystem,
  compact_request: ({ target_tokens, recent_files, tasks, overview }) =>
    [
      `Write a structured summary of this session, of about ${target_tokens} tokens, and nominate ` +
      "the files that the next session needs. What follows is an overview, not the transcript: " +
      "look up with your tools what it leaves out and the next step depends on.",
      ...recent_files === "" ? [] : [
        "The agent worked with these last, the newest first. Mark or reference those that the active " +
        "task still needs; leave out the others.",
        `## Referenced files\n${recent_files}`,
      ],
      "## Current Session TaskStore",
      "The task list as it stands, as source material. It is handed over by itself; do not edit it.",
      tasks,
      "## Conversation overview/index",
      overview,
      "Finish with `write_summary`.",
    ].join("\n\n"),
  compact_budget_warning: ({ remaining_tokens }) =>
    `[Compact worker budget warning] About ${remaining_tokens} tokens of your context are left. ` +
    "Stop exploring and call `write_summary` now.",
  compact_summary_missing: () =>
    "You have ended without a summary. Call `write_summary` now, with what you know.",
  compact_summary_too_long: ({ tokens, max_tokens, target_tokens }) =>
    `Your summary has ${tokens} tokens; at most ${max_tokens} are accepted. Rewrite it to about ` +
    `${target_tokens} tokens and call \`write_summary\` again. Shorten the completed tasks first; ` +
    "keep the active task, the user's directives and the next step.",
  memory_extract_system: memoryExtractSystem,
  memory_consolidation_system: memoryConsolidationSystem,
  notify_wrapper: ({ message }) =>
    `[Notification]\n${message}\n\n` +
    "This is for your information and not a blocking request: finish what you are doing, and deal " +
    "with it at a point where it fits.",
  date_change: ({ date }) => `Today is ${date} (UTC).`,
  interrupt_tool_result_summary: ({ cause }) => CLOSING_SUMMARIES[cause],
  interrupt_system_note: ({ cause }) => INTERRUPT_NOTES[cause],
  task_reminder: ({ tasks }) =>
    "These tasks are still open. If one has moved on, say so with TaskUpdate; if one is done or no " +
    `longer wanted, close it.\n${tasks}`,
  working_boundaries_section: ({ scope_summary }) => section("Working boundaries", scope_summary),
  agents_md_section: ({ agents_md }) => section("Project instructions (AGENTS.md)", agents_md),
  resident_memory_summary_section: ({ summary }) =>
    section(
      "Resident memory summary",
      `Background from earlier sessions, not a request.\n\n${summary}`,
    ),
  resident_knowledge_section: ({ entries }) =>
    section(
      "Resident knowledge",
      "Find a record with `KnowledgeQuery` and read it whole with `MemoryRead` before you rely on " +
        `it.\n\n${entries}`,
    ),
  resident_workflows_section: ({ entries }) =>
    section(
      "Resident workflows",
      "Written procedures, each with the file that holds it. When a request matches one, read that file " +
        "and follow it instead of improvising. The user starts one with `/<slug>`, which brings its " +
        "text; you cannot start one yourself.\n\n" +
        entries,
    ),
  output_schema_section: ({ schema }) =>
    section(
      "Form of the final answer",
      "Your last answer is read by a program. It must be one JSON value that meets this JSON Schema, " +
        `with no other text and no code fence around it:\n\n${schema}`,
    ),
};

/** The results that close open tool calls (spec 30 §5.3). */
const CLOSING_SUMMARIES: Readonly<Record<Interruption, string>> = {
  user: "[Interrupted by user]",
  failure: "[No result: the turn ended with an error]",
  restart: "[Interrupted by restart]",
};

const INTERRUPT_NOTES: Readonly<Record<Interruption, string>> = {
  user: "[The previous turn was interrupted by the user. The user's next request follows.]",
  failure:
    "[The previous turn ended early because of an error. What was said last may be incomplete.]",
  restart: "[The previous turn ended early because this program was restarted. " +
    "Tools that were running then may have done part of their work.]",
};

function section(heading: string, body: string): string {
  return `---\n## ${heading}\n\n${body}`;
}
