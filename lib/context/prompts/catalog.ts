import { messageOf } from "../../base/mod.ts";
import type { Interruption } from "../../session/mod.ts";
import { PROMPT_TEXTS } from "./prompt_texts.ts";
import { PromptError } from "./prompt_error.ts";
import type { Template } from "./template.ts";

/** What a prompt without inputs is made from. */
type Nothing = Record<never, never>;

/**
 * Everything that the runtime itself says to a model, by key, with what it is made from (spec 40 §1.8).
 * A prompt pack may replace each; there the inputs are the template's variables.
 */
export type PromptInputs = {
  /** System prompt of the worker that summarises a conversation. */
  compact_system: Nothing;
  /** What that worker is asked. `recent_files`: lines `- <path>`, the newest first; may be empty. */
  compact_request: { target_tokens: number; recent_files: string; tasks: string; overview: string };
  /** What it is told when its context fills up. */
  compact_budget_warning: { remaining_tokens: number };
  /** What it is told when it has ended without a summary. */
  compact_summary_missing: Nothing;
  /** What it is told when the summary is too long. */
  compact_summary_too_long: { tokens: number; max_tokens: number; target_tokens: number };
  /** System prompt of the worker that extracts memories. */
  memory_extract_system: { language: string };
  /** System prompt of the worker that keeps the memory in order. */
  memory_consolidation_system: { language: string };
  /** Around a notification, or around the line that tells of a child's event. */
  notify_wrapper: { message: string };
  /** What a notification says when it is another day than the model was told. */
  date_change: { date: string };
  /** The result of a tool call that nobody will run any more. */
  interrupt_tool_result_summary: { cause: Interruption };
  /** Why the turn before ended early. */
  interrupt_system_note: { cause: Interruption };
  /** About tasks left alone for long, without the tags around it. `tasks`: a line each. */
  task_reminder: { tasks: string };
  /** Sections at the end of the system prompt. */
  working_boundaries_section: { scope_summary: string };
  agents_md_section: { agents_md: string };
  resident_memory_summary_section: { summary: string };
  /** `entries`: lines `- <slug>: <description>`. */
  resident_knowledge_section: { entries: string };
  /** Those of this one end with ` (<path>)`. */
  resident_workflows_section: { entries: string };
  /** `schema`: JSON Schema, as text. */
  output_schema_section: { schema: string };
};
export type PromptKey = keyof PromptInputs;

/** Pod's own texts, layered with those of prompt packs. */
export interface PromptCatalog {
  /**
   * The text of a key.
   *
   * @throws {PromptError} when a pack's template asks for what is not there.
   */
  render<Key extends PromptKey>(key: Key, inputs: PromptInputs[Key]): string;
}

/** A catalog in which some keys are replaced. */
export function createCatalog(replaced: ReadonlyMap<PromptKey, Template>): PromptCatalog {
  return {
    render(key, inputs) {
      const template = replaced.get(key);
      if (template === undefined) return PROMPT_TEXTS[key](inputs);
      try {
        return template(inputs);
      } catch (error) {
        throw new PromptError(`failed to render prompt '${key}': ${messageOf(error)}`, error);
      }
    },
  };
}

/** Pod's own texts alone. */
export const BUILTIN_PROMPTS: PromptCatalog = createCatalog(new Map());

/**
 * A catalog for what must be said in the middle of a run: where a pack's template fails, pod's own text
 * stands in.
 */
export function withFallback(
  catalog: PromptCatalog,
  onError: (error: unknown) => void,
): PromptCatalog {
  return {
    render(key, inputs) {
      try {
        return catalog.render(key, inputs);
      } catch (error) {
        onError(error);
        return BUILTIN_PROMPTS.render(key, inputs);
      }
    },
  };
}
