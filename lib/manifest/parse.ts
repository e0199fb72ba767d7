import * as v from "valibot";
import { isJsonObject, messageOf } from "../base/mod.ts";
import { ManifestError } from "./error.ts";
import { absolutePaths } from "./file_paths.ts";
import { findKeyConflict, renameOldKeys } from "./old_keys.ts";
import { type PartialManifest, partialManifest } from "./schema.ts";
import { unknownKeyWarnings } from "./unknown_keys.ts";
import { withoutNull } from "./unset.ts";

/** How to read a manifest's text. */
export interface ParseOptions {
  readonly format: "toml" | "json";
  /** What the text is, for messages: `manifest /srv/proj/pod.toml`, `overlay TOML`. */
  readonly source: string;
  /** Directory that relative paths count from; null leaves them, and resolution refuses them. */
  readonly base: string | null;
}

/** One layer, and what was odd about it: keys that nothing reads. */
export interface ParsedManifest {
  readonly manifest: PartialManifest;
  readonly warnings: string[];
}

/**
 * Reads one layer of a manifest (spec 70 §1.2). A null in JSON is a missing key.
 *
 * @throws {ManifestError} `manifest_parse`, with the source, the dotted path and what was expected.
 */
export async function parseManifest(text: string, options: ParseOptions): Promise<ParsedManifest> {
  const fail = (detail: string, cause?: unknown) =>
    new ManifestError("manifest_parse", `failed to parse ${options.source}: ${detail}`, { cause });

  const read = options.format === "toml" ? (await import("smol-toml")).parse : JSON.parse;
  let parsed: unknown;
  try {
    parsed = read(text);
  } catch (error) {
    throw fail(messageOf(error), error);
  }
  return readLayer(parsed, options.base, fail);
}

/**
 * One layer from what its text has given.
 *
 * @param base as in `ParseOptions`
 * @param fail makes the error for what is wrong
 */
export function readLayer(
  value: unknown,
  base: string | null,
  fail: (detail: string) => Error,
): ParsedManifest {
  if (!isJsonObject(value)) throw fail("expected an object");
  // `profile` says where a snapshot came from; as a layer it means nothing (spec 70 §1.3).
  const { profile: _origin, ...given } = withoutNull(value);
  const conflict = findKeyConflict(given);
  if (conflict !== undefined) throw fail(conflict);
  const renamed = renameOldKeys(given);
  const result = v.safeParse(partialManifest, renamed);
  if (!result.success) throw fail(describeIssue(result.issues[0]));
  const layer = result.output;
  return {
    manifest: base === null ? layer : absolutePaths(layer, base),
    warnings: unknownKeyWarnings(partialManifest, renamed),
  };
}

/** Where and what; without the value found there, which might be a secret put in the wrong place. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "manifest";
  if (issue.received === "undefined") return `missing required field: ${path}`;
  return `${path}: ${issue.expected === null ? issue.message : `expected ${issue.expected}`}`;
}
