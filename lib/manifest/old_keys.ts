import { isJsonObject, type JsonObject } from "../base/mod.ts";

/** Keys that once had a meaning; to ignore them would change what the manifest does (spec 70 §1.2). */
const REMOVED = [
  {
    section: "compaction",
    key: "prune_protected_turns",
    hint: "(removed; use compaction.prune_protected_tokens)",
  },
  { section: "memory", key: "extract_worker_max_input_tokens", hint: "(removed)" },
];

/** Old names in `[compaction]` that are still valid, and the names of today. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["compact_threshold", "threshold"],
  ["compact_request_threshold", "request_threshold"],
  ["compact_retained_tokens", "retained_tokens"],
  ["compact_worker_max_input_tokens", "worker_context_max_tokens"],
  ["compact_worker_max_turns", "worker_max_turns"],
  ["compact_auto_read_budget", "auto_read_budget_tokens"],
]);

/** What is wrong with a key from another time: removed, or given under its old and its new name. */
export function findKeyConflict(manifest: JsonObject): string | undefined {
  for (const { section, key, hint } of REMOVED) {
    const table = manifest[section];
    if (isJsonObject(table) && key in table) {
      return `unknown field in manifest: ${section}.${key} ${hint}`;
    }
  }
  const compaction = manifest.compaction;
  if (!isJsonObject(compaction)) return undefined;
  for (const [alias, name] of ALIASES) {
    if (alias in compaction && name in compaction) {
      return `duplicate field: compaction.${alias} is the old name of compaction.${name}`;
    }
  }
  return undefined;
}

/** The manifest with today's names in `[compaction]`. */
export function renameOldKeys(manifest: JsonObject): JsonObject {
  const compaction = manifest.compaction;
  if (!isJsonObject(compaction)) return manifest;
  const renamed = Object.entries(compaction).map((
    [key, value],
  ) => [ALIASES.get(key) ?? key, value]);
  return { ...manifest, compaction: Object.fromEntries(renamed) };
}
