import { messageOf, PodError } from "../base/mod.ts";
import { RunError } from "../agent/mod.ts";
import type { ErrorCode } from "../protocol/mod.ts";

/** How a run ended. `message` and `code` are what clients are told. */
export type RunEnd =
  | { readonly result: "finished" | "paused" | "limit_reached" }
  | {
    readonly result: "failed" | "cancelled";
    readonly code: ErrorCode;
    readonly message: string;
  };

const WIRE_CODES: Readonly<Record<string, ErrorCode>> = {
  client: "provider_error",
  invalid_request: "invalid_request",
};

/** The code of the `error` event for anything that can end a run (spec 30 §5.5). */
export function wireCodeOf(error: unknown): ErrorCode {
  return error instanceof PodError ? WIRE_CODES[error.code] ?? "internal" : "internal";
}

/** The end of a run that threw. */
export function failedEnd(error: unknown): RunEnd {
  const cancelled = error instanceof RunError && error.code === "cancelled";
  return {
    result: cancelled ? "cancelled" : "failed",
    code: wireCodeOf(error),
    message: messageOf(error),
  };
}
