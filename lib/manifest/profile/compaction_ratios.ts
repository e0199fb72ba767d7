import { isJsonObject, type JsonObject } from "../../base/mod.ts";
import type { Manifest } from "../resolve.ts";
import { compactionTable } from "../schema.ts";

type CompactionKey = keyof typeof compactionTable.entries;
type TokenKey = Exclude<CompactionKey, "worker_max_turns" | "model">;

/** Sizes in `[compaction]` as parts of the model's context window. */
export type CompactionRatios = Readonly<Partial<Record<TokenKey, number>>>;

/**
 * Takes the ratios out of a profile's `[compaction]`. What is left is a table as a manifest has it.
 *
 * @param fail makes the error for what is wrong
 */
export function splitRatios(
  body: JsonObject,
  fail: (detail: string) => Error,
): { readonly body: JsonObject; readonly ratios: CompactionRatios } {
  if (!isJsonObject(body.compaction)) return { body, ratios: {} };
  const { kind = "tokens", ...table } = body.compaction;
  if (kind === "tokens") return { body: { ...body, compaction: table }, ratios: {} };
  if (kind !== "ratio") throw fail('compaction.kind: expected "tokens" or "ratio"');
  const ratios: Partial<Record<TokenKey, number>> = {};
  for (const key of TOKEN_KEYS) {
    const value = table[key];
    if (typeof value !== "number") continue;
    if (!(value > 0 && value <= 1)) {
      throw fail(
        `compaction.${key}: expected a ratio over 0 and up to 1, because of kind = "ratio"`,
      );
    }
    ratios[key] = value;
    delete table[key];
  }
  return { body: { ...body, compaction: table }, ratios };
}

/** The settings with each ratio as so many tokens of a window. */
export function scaleCompaction(
  settings: Manifest["compaction"],
  ratios: CompactionRatios,
  contextWindow: number,
): Manifest["compaction"] {
  const tokens = Object.entries(ratios).map(([key, ratio]) => [
    key,
    Math.floor(contextWindow * ratio),
  ]);
  return settings && { ...settings, ...Object.fromEntries(tokens) };
}

/** Whether a key of the table is a number of tokens. */
function isTokenKey(key: string): key is TokenKey {
  return key in compactionTable.entries && key !== "worker_max_turns" && key !== "model";
}
const TOKEN_KEYS = Object.keys(compactionTable.entries).filter(isTokenKey);
