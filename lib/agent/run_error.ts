import { PodError, type PodErrorOptions } from "../base/mod.ts";
import type { ModelError } from "../providers/mod.ts";

/** Why a run ended without a result: somebody stopped it, a hook refused, or the model failed. */
export type RunErrorCode = "cancelled" | "aborted" | "client";

/** A run that ended without a result; the message is what the log keeps (spec 20 §2.3). */
export class RunError extends PodError {
  override readonly name = "RunError";

  constructor(override readonly code: RunErrorCode, message: string, options?: PodErrorOptions) {
    super(code, message, options);
  }

  /** The run's signal was aborted; the signal's reason says by whom. */
  static cancelled(signal: AbortSignal): RunError {
    return new RunError("cancelled", "Cancelled", { cause: signal.reason });
  }

  /** A hook ended the run. */
  static aborted(reason: string): RunError {
    return new RunError("aborted", `Aborted: ${reason}`);
  }

  /** The model could not be asked, or did not answer to the end. */
  static client(error: ModelError): RunError {
    return new RunError("client", `Client error: ${error.message}`, { cause: error });
  }
}
