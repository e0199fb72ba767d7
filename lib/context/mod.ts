/**
 * What the model is shown: the system prompt, put together from instructions and from facts about the
 * pod; every text that the runtime itself says; and what of a long conversation is sent, pruned or summed
 * up. In: facts, history, a person's own prompts and the project's `AGENTS.md`. Out: texts and items.
 *
 * @module
 */
export { type ContextPart, contextParts } from "./window/context_parts.ts";
export {
  ContextWindow,
  type Pruning,
  type PruningLimits,
  type WindowMark,
} from "./window/context_window.ts";
export {
  type CompactionRequest,
  type CompactionSettings,
  type CompactionTools,
} from "./compaction/compaction_request.ts";
export { canCompact, compactHistory } from "./compaction/compact.ts";
export type { CompactedHistory } from "./compaction/compacted_history.ts";
export { Spending } from "./compaction/spending.ts";
export { listCompletions } from "./input/completions.ts";
export { parseInput, type ReferenceCheck } from "./input/parse_input.ts";
export { type InputSources, type ResolvedInput, resolveInput } from "./input/resolve_input.ts";
export { type AgentsMd, readAgentsMd } from "./prompts/agents_md.ts";
export {
  BUILTIN_PROMPTS,
  type PromptCatalog,
  type PromptInputs,
  type PromptKey,
  withFallback,
} from "./prompts/catalog.ts";
export { type Instructions, loadInstructions, plainInstructions } from "./prompts/instructions.ts";
export type { PromptLibraries } from "./prompts/library.ts";
export { loadCatalog, type LoadedCatalog, type PromptPack } from "./prompts/pack.ts";
export { PromptError } from "./prompts/prompt_error.ts";
export {
  type PromptSections,
  renderSystemPrompt,
  type ResidentEntry,
  type SystemPromptParts,
} from "./prompts/system_prompt.ts";
export { type PromptFacts, type PromptVariables, promptVariables } from "./prompts/variables.ts";
export {
  type Knowledge,
  KnowledgeError,
  type KnowledgeFault,
  knowledgeIn,
} from "./workflows/knowledge.ts";
export { lintWorkflows } from "./workflows/lint.ts";
export {
  type LoadedWorkflows,
  loadWorkflows,
  type WorkflowSources,
} from "./workflows/load_workflows.ts";
export type { Finding, Workflow } from "./workflows/workflow.ts";
