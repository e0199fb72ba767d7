import type { JsonObject } from "../../base/mod.ts";

/**
 * The profiles that need no file, in the reusable form. `default` leaves open what a start decides by
 * itself: the model by the keys that are set, compaction by the model's window, and the scope, which is
 * the workspace unless flags say otherwise.
 */
export const BUILTIN_PROFILES: Readonly<
  Record<string, JsonObject & { readonly description: string }>
> = {
  default: {
    description: "Works in the directory that it is started in",
  },
};
