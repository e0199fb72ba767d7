/**
 * What the model is shown beside the conversation itself: the system prompt, put together from
 * instructions and from facts about the pod. In: facts. Out: texts. No files are read here yet.
 *
 * @module
 */
export { renderSystemPrompt, type SystemPromptFacts } from "./system_prompt.ts";
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
