/**
 * What the model is shown beside the conversation itself: the system prompt, put together from
 * instructions and from facts about the pod, and every text that the runtime itself says. In: facts,
 * a person's own prompts and the project's `AGENTS.md`, and a history that grows. Out: texts, what of the
 * history is sent, and a shorter history in place of one that got too long.
 *
 * @module
 */
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
  ContextWindow,
  type Pruning,
  type PruningLimits,
  type WindowStart,
} from "./window/context_window.ts";
export {
  type Compacted,
  compactHistory,
  compactionCut,
  type CompactionRequest,
  type CompactionSettings,
  type CompactionTools,
} from "./compaction/compact.ts";
export { replayTasks, type Task } from "./compaction/task_list.ts";
