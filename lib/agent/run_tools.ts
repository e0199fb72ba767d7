import { forwardAbort, messageOf, sleep } from "../base/mod.ts";
import type { Item, ToolCallItem, ToolResultItem } from "../protocol/mod.ts";
import type { AnsweredCall } from "./answer.ts";
import type { PendingCall, ToolAnswer, TurnHooks } from "./hooks.ts";
import { RunError } from "./run_error.ts";
import { append, emit, type Step, warning } from "./step.ts";
import { type Tool, ToolError, type ToolErrorKind } from "./tool.ts";
import { parseArguments } from "./tool_arguments.ts";
import { cutContent, cutSummary, maxBytesOf, type ToolOutputLimits } from "./tool_output.ts";

/** What the tools of a run work with. */
export interface ToolRun {
  readonly history: Item[];
  readonly tools: ReadonlyMap<string, Tool>;
  readonly hooks: TurnHooks;
  readonly outputLimits: ToolOutputLimits;
  /** A call without a result after this time is given up. */
  readonly toolTimeoutMs: number;
}

/** The result of a call that had begun when its run was stopped. */
export const INTERRUPTED: ToolAnswer = { summary: "[Interrupted by user]", is_error: true };

/** How long a stopped tool may take to end what it started. */
const STOP_GRACE_MS = 250;

interface Job extends PendingCall {
  readonly tool: Tool | undefined;
  /** Set when the call is answered without running anything. */
  readonly answer?: ToolAnswer;
  /** Whether a hook gave that answer: those come last. */
  readonly answeredByHook?: boolean;
}

/**
 * Runs the calls of one answer side by side. Results are committed in the order of the calls, each as
 * soon as it and all before it are there; those of calls that a hook answered come last, those of
 * calls with unusable arguments first.
 *
 * When the run is stopped, by `signal` or by a hook that aborts on a result, results that exist are
 * kept, calls that had begun are closed as interrupted, and calls not begun stay open.
 *
 * @returns `paused` when a hook wants that; nothing has been run then.
 * @throws {RunError} when a hook aborts the run or `signal` is aborted.
 */
export async function* runTools(
  calls: readonly AnsweredCall[],
  run: ToolRun,
  signal: AbortSignal,
): AsyncGenerator<Step, "paused" | undefined> {
  // Their history says `{}`: left open by a pause, they would be run with that on resume.
  for (const { call, problem } of calls) {
    if (problem !== undefined) yield* commit(call, failedAs("Invalid argument", problem), run);
  }
  const jobs: Job[] = [];
  for (const { call, problem } of calls) {
    if (problem !== undefined) continue;
    if (signal.aborted) throw RunError.cancelled(signal);
    const job = await decide(call, run);
    if (job === "paused") return "paused";
    jobs.push(job);
  }
  const ordered = [
    ...jobs.filter((job) => !job.answeredByHook),
    ...jobs.filter((job) => job.answeredByHook),
  ];
  const stop = new AbortController();
  using _forwarding = forwardAbort(signal, stop);
  const answers = startAll(ordered, run.toolTimeoutMs, stop.signal);
  try {
    for (const [index, job] of ordered.entries()) {
      const answer = await answers[index];
      if (answer === undefined) continue;
      const refusal = yield* finish(job, answer, run);
      if (refusal !== undefined) stop.abort(refusal);
    }
    if (signal.aborted) throw RunError.cancelled(signal);
    if (stop.signal.aborted) throw stop.signal.reason;
  } finally {
    // The consumer may have given up in between: nothing may go on behind its back.
    stop.abort();
    await Promise.all(answers);
  }
  return undefined;
}

async function decide(call: ToolCallItem, run: ToolRun): Promise<Job | "paused"> {
  const tool = run.tools.get(call.name);
  const { input } = parseArguments(call.arguments);
  if (tool === undefined) {
    return { call, input, tool, answer: failed(`Tool '${call.name}' not found`) };
  }
  const decision = await run.hooks.beforeTool?.({ call, input });
  switch (decision?.kind) {
    case "edit":
      return { call, input: decision.input, tool };
    case "answer":
      return { call, input, tool, answer: decision.result, answeredByHook: true };
    case "abort":
      throw RunError.aborted(decision.reason);
    case "pause":
      return "paused";
    default:
      return { call, input, tool };
  }
}

/**
 * Starts the jobs in order; a tool that works in order holds back the ones after it. The promises
 * never reject; undefined means that the run was stopped before the call began.
 */
function startAll(
  jobs: readonly Job[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ToolAnswer | undefined>[] {
  let ready = Promise.resolve<unknown>(undefined);
  return jobs.map((job) => {
    const answer = ready.then(() => {
      if (signal.aborted) return undefined;
      return job.tool === undefined || job.answer !== undefined
        ? job.answer
        : execute(job.tool, job, timeoutMs, signal);
    });
    if (job.tool?.inOrder) ready = answer;
    return answer;
  });
}

async function execute(
  tool: Tool,
  { call, input }: PendingCall,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const settled = new AbortController();
  const stop = new AbortController();
  using _forwarding = forwardAbort(signal, stop);
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  const graceOver = new Promise<undefined>((resolve) => {
    const wait = () => sleep(STOP_GRACE_MS, settled.signal).then(() => resolve(undefined));
    stop.signal.addEventListener("abort", wait, { once: true, signal: settled.signal });
  });
  try {
    const output = await Promise.race([
      tool.execute(input, { callId: call.call_id, signal: stop.signal }),
      graceOver,
    ]);
    if (output !== undefined) return output;
  } catch (error) {
    if (!stop.signal.aborted) return failedBy(error);
  } finally {
    clearTimeout(timer);
    settled.abort();
  }
  if (signal.aborted) return INTERRUPTED;
  return failedAs("Execution failed", `no result within ${timeoutMs / 1000} s`);
}

/**
 * Shows a result to the hooks and commits what they make of it.
 *
 * @returns the error to end the run with, when a hook refuses the result; it is not kept then.
 */
async function* finish(
  job: Job,
  answer: ToolAnswer,
  run: ToolRun,
): AsyncGenerator<Step, RunError | undefined> {
  const decision = job.tool && await run.hooks.afterTool?.(job, answer);
  if (decision?.kind === "abort") {
    yield* commit(job.call, INTERRUPTED, run);
    return RunError.aborted(decision.reason);
  }
  yield* commit(job.call, decision?.kind === "replace" ? decision.result : answer, run);
  return undefined;
}

/** Cuts a result to its limits, makes it part of the history and tells the clients. */
function* commit(call: ToolCallItem, answer: ToolAnswer, run: ToolRun): Generator<Step> {
  let { content } = answer;
  const limit = maxBytesOf(run.outputLimits, call.name);
  const cut = content === undefined ? undefined : cutContent(content, limit);
  if (cut !== undefined) {
    content = cut.text;
    yield warning(
      `tool \`${call.name}\` output truncated from ${cut.bytesBefore} to ${cut.bytesAfter} bytes (limit ${limit})`,
    );
  }
  const item: ToolResultItem = {
    kind: "tool_result",
    call_id: call.call_id,
    summary: cutSummary(answer.summary),
    ...(content !== undefined && { content }),
    ...(answer.is_error && { is_error: true }),
  };
  yield* append(run.history, [{ item }]);
  yield emit({
    event: "tool_result",
    data: {
      id: item.call_id,
      summary: item.summary,
      ...(item.content !== undefined && { output: item.content }),
      is_error: item.is_error ?? false,
    },
  });
}

function failed(summary: string): ToolAnswer {
  return { summary, is_error: true };
}

function failedAs(kind: ToolErrorKind, message: string): ToolAnswer {
  return failed(`Tool execution failed: ${kind}: ${message}`);
}

function failedBy(error: unknown): ToolAnswer {
  return failedAs(error instanceof ToolError ? error.kind : "Internal error", messageOf(error));
}
