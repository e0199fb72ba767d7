import type { JsonValue } from "../../base/mod.ts";
import type { StopReason } from "../../protocol/mod.ts";

/** How a one-shot run ended; `timeout`, `cancelled` and `rolled_back` were stopped from outside. */
export type ReportResult =
  | "finished"
  | "limit_reached"
  | "paused"
  | "rolled_back"
  | "failed"
  | "cancelled"
  | "timeout";

/** Tokens of a whole run, summed over its model calls. */
export interface UsageTotals {
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  llm_calls: number;
}

/** What `--output json` prints, and the last line of `--output stream-json`. Fields are only added. */
export interface RunReport {
  readonly protocol_version: number;
  /** The pod's name; null, like the ids, when none could be opened. */
  readonly pod: string | null;
  readonly session_id: string | null;
  readonly segment_id: string | null;
  readonly result: ReportResult;
  /** The final answer; empty when there is none. */
  readonly text: string;
  /** The final answer as a value, with `--output-schema`; else null. */
  readonly structured: JsonValue;
  readonly usage: UsageTotals;
  /** List price of these tokens in US dollars; null where the catalog does not know it. */
  readonly cost_usd: number | null;
  /** The id of the model that gave the final answer; null without one. */
  readonly model: string | null;
  readonly turns: number;
  /** Why the model stopped in the last turn; `max_tokens`: the text is cut. Null without a turn. */
  readonly stop_reason: StopReason | null;
  readonly duration_ms: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly exit_code: number;
}
