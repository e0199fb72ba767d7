import { messageOf, PodError } from "../base/mod.ts";
import {
  type Host,
  type LaunchOptions,
  openHost,
  readNamedText,
  Stop,
  type StopReason,
} from "../host/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import { type Event, PROTOCOL_VERSION } from "../protocol/mod.ts";
import { EXIT, EXIT_OF_STOP } from "./exit_code.ts";
import type { Renderer } from "./output/renderer.ts";
import type { ReportResult, RunReport } from "./output/report.ts";
import { Tally } from "./output/tally.ts";
import { compileOutputSchema, type OutputSchema, type StructuredAnswer } from "./output_schema.ts";
import { isLive } from "./pod_connection.ts";
import { type PromptInput, readPrompt } from "./prompt.ts";
import { sendCommand } from "./send_command.ts";

/** A `pod run` as the command line asks for it. */
export interface RunOptions {
  readonly prompt: readonly string[];
  readonly stdin: PromptInput;
  /** Wakes the pod with this instead of a prompt. */
  readonly notify?: string;
  readonly renderer: Renderer;
  readonly stop: Stop;
  readonly launch: LaunchOptions;
  /** @default no schema */
  readonly outputSchemaPath?: string;
  /** Replaces the built-in instructions. @default the built-in ones */
  readonly systemPromptPath?: string;
}

/** How a run ended, before it is put into a report. */
interface Ending {
  readonly result: ReportResult;
  readonly exitCode: number;
  readonly error: RunReport["error"];
}

/** Runs one prompt to its end and shows it. Returns the exit code. */
export async function runCommand(options: RunOptions): Promise<number> {
  const { renderer, stop } = options;
  const startedAt = performance.now();
  const tally = new Tally();
  // What comes after the run is of no interest to whoever asked for it.
  let isOver = false;
  let serving: Promise<void> | undefined;
  const publish = (event: Event) => {
    if (isOver || event.event === "shutdown") return;
    tally.add(event);
    renderer.event(event);
  };
  let host: Host | null = null;
  let structured: StructuredAnswer | null = null;
  let ending: Ending;
  try {
    const schema = await readSchema(options.outputSchemaPath);
    const prompt = options.notify ??
      await unlessStopped(readPrompt(options.prompt, options.stdin), stop);
    const { name, ephemeral } = options.launch;
    if (name !== undefined && !ephemeral && await isLive(name)) {
      const kind = options.notify === undefined ? "run" : "notify";
      return await sendCommand({ name, text: prompt, kind, wait: true, renderer, stop });
    }
    host = await openHost({
      ...options.launch,
      instructions: await readInstructions(options.systemPromptPath),
      outputSchema: schema?.text,
    }, publish);
    for (const warning of host.warnings) renderer.warn(warning);
    publish(host.snapshot());
    const { controller } = host;
    // Accepted before anything else, so that what has been waiting for the pod becomes part of it.
    const accepted = options.notify === undefined
      ? runText(host, prompt)
      : runNotification(host, prompt);
    serving = controller.serve();
    void stop.requested().then(() => controller.shutDown());
    let end = await accepted;
    structured = checkAnswer(end, schema, tally);
    if (structured?.ok === false) {
      end = await runText(host, correction(structured.problem));
      structured = checkAnswer(end, schema, tally);
    }
    isOver = true;
    ending = structured?.ok === false ? schemaFailure(structured.problem) : endingOf(end, stop);
  } catch (error) {
    ending = failureToStart(error, stop);
  } finally {
    isOver = true;
    host?.controller.shutDown();
    await serving;
    await host?.[Symbol.asyncDispose]();
  }
  renderer.finish({
    protocol_version: PROTOCOL_VERSION,
    pod: host?.name ?? null,
    session_id: host?.sessionId ?? null,
    segment_id: host?.segmentId ?? null,
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

function runText({ controller }: Host, content: string): Promise<RunEnd> {
  return controller.stage({ kind: "user", input: [{ kind: "text", content }] });
}

/** A paused pod is not woken: it is told when it goes on. */
async function runNotification({ pod, controller }: Host, message: string): Promise<RunEnd> {
  pod.notify({ kind: "notification", message }, pod.status !== "paused");
  return await controller.stageNotifications() ?? { result: "paused", stopped: true };
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
  return { result: "failed", exitCode: EXIT.failed, error: { code: "output_schema", message } };
}

const STOPPED: Readonly<Record<StopReason, Ending>> = {
  SIGINT: stopped("cancelled", EXIT_OF_STOP.SIGINT, "interrupted (SIGINT)"),
  SIGTERM: stopped("cancelled", EXIT_OF_STOP.SIGTERM, "terminated (SIGTERM)"),
  timeout: stopped("timeout", EXIT_OF_STOP.timeout, "the time given with --timeout is up"),
  // Nobody is there to be told.
  output_closed: { result: "cancelled", exitCode: EXIT_OF_STOP.output_closed, error: null },
};

function stopped(result: ReportResult, exitCode: number, message: string): Ending {
  return { result, exitCode, error: { code: result, message } };
}

/** How a run ends that nothing went wrong with. */
type WholeResult = Exclude<RunEnd, { code: unknown }>["result"];

const EXIT_OF_RESULT: Readonly<Record<WholeResult, number>> = {
  finished: EXIT.finished,
  limit_reached: EXIT.limitReached,
  paused: EXIT.paused,
  rolled_back: EXIT.failed,
};

function endingOf(end: RunEnd, stop: Stop): Ending {
  if (end.result === "cancelled" && stop.reason !== null) return STOPPED[stop.reason];
  if ("code" in end) {
    const { code, message } = end;
    return { result: "failed", exitCode: EXIT.failed, error: { code, message } };
  }
  return { result: end.result, exitCode: EXIT_OF_RESULT[end.result], error: null };
}

/** Errors that pod raises on purpose before anything has run are the user's to mend. */
function failureToStart(error: unknown, stop: Stop): Ending {
  if (error instanceof StoppedError && stop.reason !== null) return STOPPED[stop.reason];
  const known = error instanceof PodError;
  return {
    result: "failed",
    exitCode: known ? EXIT.usage : EXIT.failed,
    error: { code: known ? error.code : "internal", message: messageOf(error) },
  };
}

/** The stop came while something was waited for that cannot be stopped. */
class StoppedError extends Error {}

function unlessStopped<T>(work: Promise<T>, stop: Stop): Promise<T> {
  const stopped = stop.requested().then(() => {
    throw new StoppedError();
  });
  return Promise.race([work, stopped]);
}

async function readSchema(path: string | undefined): Promise<OutputSchema | null> {
  if (path === undefined) return null;
  return await compileOutputSchema(await readNamedText(path, `--output-schema ${path}`), path);
}

async function readInstructions(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return await readNamedText(path, `--system-prompt-file ${path}`);
}
