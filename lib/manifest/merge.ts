import { isJsonObject } from "../base/mod.ts";
import type { PartialManifest } from "./schema.ts";

/** Lists that layers add to; every other list is replaced. */
const CONCATENATED = new Set([
  "scope.allow",
  "scope.deny",
  "delegation_scope.allow",
  "delegation_scope.deny",
  "permissions.rule",
  "skills.directories",
]);

/** Tables of a model that are one value: half of each layer would mean nothing. */
const WHOLE = /model\.(auth|capability)$/;

/**
 * Two layers as one (spec 70 §1.6): the upper value wins, tables merge key by key, rules and skill
 * directories are concatenated with the lower ones first. Associative; `{}` changes nothing.
 */
export function mergeManifests(lower: PartialManifest, upper: PartialManifest): PartialManifest {
  // Both sides have the schema's shape, and each key keeps its type.
  return mergeTables(lower, upper, "") as PartialManifest;
}

type Table = Record<string, unknown>;

function mergeTables(lower: Table, upper: Table, path: string): Table {
  const merged = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    if (value === undefined) continue; // absent, for layers that are written in code
    merged[key] = mergeValues(merged[key], value, path === "" ? key : `${path}.${key}`);
  }
  return merged;
}

function mergeValues(lower: unknown, upper: unknown, path: string): unknown {
  if (Array.isArray(upper)) {
    return Array.isArray(lower) && CONCATENATED.has(path) ? [...lower, ...upper] : upper;
  }
  if (!isJsonObject(upper) || WHOLE.test(path)) return upper;
  return mergeTables(isJsonObject(lower) ? lower : {}, upper, path);
}
