import * as v from "valibot";

/** What a scope rule is about; `write` includes `read`. */
export const permission = v.picklist(["read", "write"]);
export type Permission = v.InferOutput<typeof permission>;

/** One rule of a scope; `target` is an absolute path (spec 10 §2.4). */
export const scopeRule = v.object({
  target: v.string(),
  permission,
  recursive: v.optional(v.boolean(), true),
});
export type ScopeRule = v.InferOutput<typeof scopeRule>;
