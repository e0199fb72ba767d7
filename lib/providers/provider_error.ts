import { PodError } from "../base/mod.ts";

/**
 * A model that cannot be used, found out before any request. Codes: `catalog` (a catalog file is
 * broken), `model` (the `[model]` table names none), `credential` (no usable key), `no_model` (nothing
 * was asked for and no key is there to choose by), `scenario` (a scripted model's file is broken).
 */
export class ProviderError extends PodError {
  override readonly name = "ProviderError";
}
