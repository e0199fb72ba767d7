/**
 * The turn loop: asks a model, runs the tools it calls, and asks again until it is done. Knows no pod,
 * no disk and no socket. In: a history, a model, tools, hooks and an `AbortSignal`. Out: a sequence of
 * steps, each committed by the consumer before the next one is made.
 *
 * ```ts
 * for await (const step of runTurns({ model, system, history, tools, config, counters }, signal)) {
 *   if (step.kind === "append") log.append(step.item);
 *   if (step.kind === "event") publish(step.event);
 * }
 * ```
 *
 * @module
 */
export type {
  PendingCall,
  RequestDecision,
  ToolAnswer,
  ToolDecision,
  ToolResultDecision,
  TurnDecision,
  TurnHooks,
} from "./hooks.ts";
export { DEFAULT_RETRY_POLICY, type RetryPolicy, waitAfter } from "./retry_policy.ts";
export { RunError, type RunErrorCode } from "./run_error.ts";
export { INTERRUPTED } from "./run_tools.ts";
export { type Counters, runTurns, type TurnsRequest, type TurnsResult } from "./run_turns.ts";
export type { Addition, Step } from "./step.ts";
export {
  type Tool,
  type ToolContext,
  ToolError,
  type ToolErrorKind,
  type ToolOutput,
} from "./tool.ts";
export { formatArguments, parseArguments, type ParsedArguments } from "./tool_arguments.ts";
export { cutContent, DEFAULT_TOOL_OUTPUT_LIMITS, type ToolOutputLimits } from "./tool_output.ts";
