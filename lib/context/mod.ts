/**
 * What the model is shown beside the conversation itself: the system prompt, put together from
 * instructions and from facts about the pod, and every text that the runtime itself says. In: facts,
 * a person's own prompts and the project's `AGENTS.md`. Out: texts.
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
