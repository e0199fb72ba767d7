import { readNamedText, type Stop } from "../host/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import { type Event, PROTOCOL_VERSION } from "../protocol/mod.ts";
import type { AcceptedRun, RunView } from "./accepted_run.ts";
import { type Ending, endingOf, endingOfError, failure } from "./ending.ts";
import { EXIT } from "./exit_code.ts";
import type { Renderer } from "./output/renderer.ts";
import { Tally } from "./output/tally.ts";
import { compileOutputSchema, type OutputSchema, type StructuredAnswer } from "./output_schema.ts";

/** How a run is shown and judged. */
export interface FollowOptions {
  readonly renderer: Renderer;
  readonly stop: Stop;
  /** @default no schema */
  readonly outputSchemaPath?: string;
}

/**
 * Shows a run to its end and reports on it; an answer that does not meet its schema is sent back once.
 * Whatever goes wrong is part of the report.
 *
 * @param start has a pod accept the run; what it throws, nothing was run for
 * @returns the exit code
 */
export async function followRun(
  { renderer, stop, outputSchemaPath }: FollowOptions,
  start: (view: RunView, schema: OutputSchema | null) => Promise<AcceptedRun>,
): Promise<number> {
  const startedAt = performance.now();
  const tally = new Tally();
  // What comes after the run is of no interest to whoever asked for it.
  let isOver = false;
  const view: RunView = {
    event(event: Event) {
      if (isOver || event.event === "shutdown") return;
      tally.add(event);
      renderer.event(event);
    },
    warn: (message) => renderer.warn(message),
  };
  let run: AcceptedRun | null = null;
  let structured: StructuredAnswer | null = null;
  let ending: Ending;
  try {
    const schema = await readSchema(outputSchemaPath);
    run = await start(view, schema);
    let end = await run.follow();
    structured = checkAnswer(end, schema, tally);
    if (structured?.ok === false) {
      end = await run.again(correction(structured.problem));
      structured = checkAnswer(end, schema, tally);
    }
    ending = structured?.ok === false ? schemaFailure(structured.problem) : endingOf(end, stop);
  } catch (error) {
    ending = endingOfError(error, stop);
  }
  isOver = true;
  await run?.[Symbol.asyncDispose]();
  const ids = await run?.ids();
  renderer.finish({
    protocol_version: PROTOCOL_VERSION,
    pod: run?.name ?? null,
    session_id: ids?.sessionId ?? null,
    segment_id: ids?.segmentId ?? null,
    result: ending.result,
    text: tally.text,
    structured: structured?.ok ? structured.value : null,
    usage: tally.usage,
    cost_usd: tally.costUsd,
    model: tally.model,
    turns: tally.turns,
    stop_reason: tally.stopReason,
    duration_ms: Math.round(performance.now() - startedAt),
    error: ending.error,
    exit_code: ending.exitCode,
  });
  return ending.exitCode;
}

/** Null where there is nothing to check. */
function checkAnswer(
  end: RunEnd,
  schema: OutputSchema | null,
  tally: Tally,
): StructuredAnswer | null {
  return end.result === "finished" && schema !== null ? schema.check(tally.text) : null;
}

function correction(problem: string): string {
  return `Your answer does not meet the required JSON Schema: ${problem}\n` +
    "Answer again with nothing but the corrected JSON value.";
}

function schemaFailure(problem: string): Ending {
  const message = `the final answer does not meet the output schema: ${problem}`;
  return failure(EXIT.failed, "output_schema", message);
}

async function readSchema(path: string | undefined): Promise<OutputSchema | null> {
  if (path === undefined) return null;
  return await compileOutputSchema(await readNamedText(path, `--output-schema ${path}`), path);
}
