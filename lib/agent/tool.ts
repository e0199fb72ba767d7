import { type JsonObject, PodError, type PodErrorOptions } from "../base/mod.ts";
import type { ToolDefinition } from "../providers/mod.ts";

/** What a tool is told about the call, beside its arguments. */
export interface ToolContext {
  /** The model's id of this call. */
  readonly callId: string;
  /** Aborted when the run is stopped; the tool then ends what it started and returns or throws. */
  readonly signal: AbortSignal;
}

/** What a tool gives back. The model is shown `summary`, then `content` on a new line. */
export interface ToolOutput {
  /** One or two lines that make sense alone: they stay in history for ever. */
  readonly summary: string;
  /** Details; may be dropped from later requests. */
  readonly content?: string;
}

/** Something the model can call. */
export interface Tool extends ToolDefinition {
  /**
   * Whether later calls of the same batch wait for this one. Tools that change files say so: two
   * edits of one file then apply in the order in which the model wrote them.
   *
   * @default false
   */
  readonly inOrder?: boolean;
  /** @throws {ToolError} when it cannot do what was asked; the model reads the message. */
  execute(input: JsonObject, context: ToolContext): Promise<ToolOutput>;
}

/** Whose fault a failed tool call is, in the words that the model reads. */
export type ToolErrorKind = "Invalid argument" | "Execution failed" | "Internal error";

/** A tool call that failed; becomes an error result, never the end of a run. */
export class ToolError extends PodError {
  override readonly name = "ToolError";

  constructor(readonly kind: ToolErrorKind, message: string, options: PodErrorOptions = {}) {
    super("tool", message, options);
  }
}
