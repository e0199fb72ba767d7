import { PodError } from "../base/mod.ts";

/**
 * A runtime directory that cannot be used. Codes: `invalid_name`, `in_use` (a live pod of the same name
 * is there), `not_ours` (it holds files of others), `no_pid` (it does not say whose it is).
 */
export class RuntimeError extends PodError {
  override readonly name = "RuntimeError";
}
