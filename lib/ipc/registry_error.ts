import { messageOf, PodError, type PodErrorOptions } from "../base/mod.ts";
import { LockError } from "./lock_file.ts";

/** Why the host-wide table refused a change, or could not be used. */
export type RegistryErrorCode =
  | "io"
  | "lock_timeout"
  | "duplicate_name"
  | "unknown_pod"
  | "segment_conflict"
  | "write_conflict"
  | "not_subset";

/** A change of the host-wide table that was not made (spec 30 §4.7). */
export class RegistryError extends PodError {
  override readonly name = "RegistryError";
  /** The pod that stands in the way, for the conflicts. */
  readonly holder?: string;

  constructor(
    override readonly code: RegistryErrorCode,
    message: string,
    options: PodErrorOptions & { holder?: string } = {},
  ) {
    super(code, message, options);
    this.holder = options.holder;
  }
}

/** What the operating system says about the table or its lock, in the words of spec 30 §4.7. */
export function toRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const code = error instanceof LockError ? "lock_timeout" : "io";
  return new RegistryError(code, `I/O error on pods.json: ${messageOf(error)}`, { cause: error });
}
