import { messageOf, PodError } from "../base/mod.ts";
import type { Stop, StopReason } from "../host/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import { EXIT, EXIT_OF_STOP, exitCodeOf } from "./exit_code.ts";
import type { ReportResult, RunReport } from "./output/report.ts";

/** How a run ended, before it is put into a report. */
export interface Ending {
  readonly result: ReportResult;
  readonly exitCode: number;
  readonly error: RunReport["error"];
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

/** What the end of a run comes to; `stop` may be the reason for it. */
export function endingOf(end: RunEnd, stop: Stop): Ending {
  const isStopped = end.result === "cancelled" || end.result === "rolled_back";
  if (isStopped && stop.reason !== null) return STOPPED[stop.reason];
  if ("code" in end) return failure(EXIT.failed, end.code, end.message);
  return { result: end.result, exitCode: EXIT_OF_RESULT[end.result], error: null };
}

/** What an error comes to that kept a run from its end. */
export function endingOfError(error: unknown, stop: Stop): Ending {
  if (error instanceof StoppedError && stop.reason !== null) return STOPPED[stop.reason];
  const code = error instanceof PodError ? error.code : "internal";
  return failure(exitCodeOf(error), code, messageOf(error));
}

/** A run that has failed, for whatever reason. */
export function failure(exitCode: number, code: string, message: string): Ending {
  return { result: "failed", exitCode, error: { code, message } };
}

/** The stop came while something was waited for that cannot be stopped. */
export class StoppedError extends Error {}

/** Waits for `work`, but no longer than until somebody asks to stop. @throws {StoppedError} */
export function unlessStopped<T>(work: Promise<T>, stop: Stop): Promise<T> {
  const stopped = stop.requested().then(() => {
    throw new StoppedError();
  });
  return Promise.race([work, stopped]);
}
