import type { JsonObject, JsonValue } from "../../lib/base/mod.ts";
import type { RunReport } from "../../lib/cli/output/report.ts";
import { PROTOCOL_VERSION } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "./assert.ts";

/** A line of `--output stream-json`, or of a socket. */
export interface EventLine {
  readonly event: string;
  readonly data?: JsonObject;
  readonly reply_to?: JsonValue;
}

const REPORT_FIELDS = [
  "protocol_version",
  "pod",
  "session_id",
  "segment_id",
  "result",
  "text",
  "structured",
  "usage",
  "cost_usd",
  "model",
  "turns",
  "stop_reason",
  "duration_ms",
  "error",
  "exit_code",
];

/** What `--output json` has printed: one object on one line, with all documented fields. */
export function reportOf({ stdout, code }: { stdout: string; code: number }): RunReport {
  equal(stdout.indexOf("\n"), stdout.length - 1, `not one line: ${stdout}`);
  const report: RunReport = JSON.parse(stdout);
  deepEqual(Object.keys(report), REPORT_FIELDS);
  equal(report.exit_code, code);
  ok(report.duration_ms >= 0);
  return report;
}

/** The events that `--output stream-json` has printed, without `snapshot` and `result` around them. */
export function eventsOf(finished: { stdout: string; code: number }): EventLine[] {
  const lines = finished.stdout.split("\n");
  equal(lines.pop(), "", "the last line is not ended");
  const events: EventLine[] = lines.map((line) => JSON.parse(line));
  const first = events.shift();
  const greeting = first?.data?.greeting as JsonObject | undefined;
  deepEqual([first?.event, greeting?.protocol_version], ["snapshot", PROTOCOL_VERSION]);
  const last = events.pop();
  equal(last?.event, "result");
  reportOf({ stdout: `${JSON.stringify(last?.data)}\n`, code: finished.code });
  return events;
}

/** The object in the last line of `--output stream-json`. */
export function lastReportOf({ stdout }: { stdout: string }): RunReport {
  const { event, data } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  equal(event, "result");
  return data;
}
