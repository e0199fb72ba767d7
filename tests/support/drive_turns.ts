import {
  RunError,
  runTurns,
  type Step,
  type TurnsRequest,
  type TurnsResult,
} from "../../lib/agent/mod.ts";
import {
  DEFAULT_REQUEST_CONFIG,
  type Event,
  type Item,
  type ToolResultItem,
} from "../../lib/protocol/mod.ts";
import { equal } from "./assert.ts";

/** What came of a run, as its consumer saw it. */
export interface DrivenRun {
  readonly steps: readonly Step[];
  readonly result?: TurnsResult;
  /** What the run, or the consumer, threw. */
  readonly error?: unknown;
}

/** What the consumer does beside collecting. */
export interface DriveOptions {
  readonly signal?: AbortSignal;
  /** Called where a real consumer commits the step; what it throws ends the run. */
  readonly commit?: (step: Step, index: number) => void | Promise<void>;
}

/** Nothing but what a run cannot do without; `given` overrides. */
export function turnsRequest(
  given: Partial<TurnsRequest> & Pick<TurnsRequest, "model">,
): TurnsRequest {
  return {
    system: null,
    history: [],
    tools: [],
    config: { ...DEFAULT_REQUEST_CONFIG, stop_sequences: [] },
    counters: { turn: 0, llmCall: 0 },
    retryPolicy: { maxAttempts: 2, baseMs: 0, capMs: 0, budgetMs: 1000 },
    ...given,
  };
}

/**
 * Runs the turns as the pod does: commits each step before it asks for the next one, and gives the
 * generator up when a commit fails. Fails when an item is in the history before it was committed, or
 * is not there right after.
 */
export async function driveTurns(
  request: TurnsRequest,
  { signal = new AbortController().signal, commit }: DriveOptions = {},
): Promise<DrivenRun> {
  const steps: Step[] = [];
  const turns = runTurns(request, signal);
  let expectedLength = request.history.length;
  try {
    for (;;) {
      const next = await turns.next();
      equal(request.history.length, expectedLength, "the history holds what was committed");
      if (next.done) return { steps, result: next.value };
      await commit?.(next.value, steps.length);
      steps.push(next.value);
      if (next.value.kind === "append") expectedLength++;
    }
  } catch (error) {
    await turns.return("finished");
    return { steps, error };
  } finally {
    equal((await turns.next()).done, true, "nothing comes after the end");
  }
}

/** The events of a run in order. */
export function eventsOf({ steps }: DrivenRun): Event[] {
  return steps.flatMap((step) => step.kind === "event" ? [step.event] : []);
}

/** The names of the events of a run in order. */
export function eventNames(run: DrivenRun): string[] {
  return eventsOf(run).map(({ event }) => event);
}

type DataOf<Name> = Extract<Event, { event: Name }> extends { data: infer Data } ? Data : never;

/** The data of the events with this name, in order. */
export function dataOf<Name extends Event["event"]>(run: DrivenRun, name: Name): DataOf<Name>[] {
  return eventsOf(run).flatMap((event) =>
    event.event === name && "data" in event ? [event.data as DataOf<Name>] : []
  );
}

/** The items that a run committed, in order. */
export function committedOf({ steps }: DrivenRun): Item[] {
  return steps.flatMap((step) => step.kind === "append" ? [step.item] : []);
}

/** The tool results in a history, in order. */
export function resultsIn(history: readonly Item[]): ToolResultItem[] {
  return history.filter((item) => item.kind === "tool_result");
}

/** The message of the `RunError` that ended a run; undefined when something else did. */
export function runErrorOf({ error }: DrivenRun): string | undefined {
  return error instanceof RunError ? error.message : undefined;
}
