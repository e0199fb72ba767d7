import { PodError } from "../base/mod.ts";

/** Which part of a scope is wrong. */
export type ScopeErrorCode = "no_allow_rule" | "relative_target" | "unresolvable_target";

/** A scope that cannot be built from its rules (spec 50 §2.2). */
export class ScopeError extends PodError {
  override readonly name = "ScopeError";

  constructor(override readonly code: ScopeErrorCode, message: string) {
    super(code, message);
  }
}
