import * as v from "valibot";
import { type Tool, ToolError } from "../agent/mod.ts";
import { defineTool } from "./define_tool.ts";
import { replaceAll } from "./edit_match.ts";
import type { FileToolsOptions } from "./file_tools.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { lineIndexAt, numberLines, splitLines } from "./lines.ts";
import { nearestLines } from "./nearest_lines.ts";
import { pathError } from "./path_error.ts";

/** Lines of the excerpt before and after the one that was changed. */
const CONTEXT_LINES = 3;
/** How many places of an ambiguous text are named. */
const MAX_NAMED_LINES = 20;

const input = v.object({
  file_path: v.pipe(
    v.string(),
    v.description("The file: absolute, or relative to the working directory."),
  ),
  old_string: v.pipe(v.string(), v.description("The text to replace, without line numbers.")),
  new_string: v.pipe(v.string(), v.description("What to put in its place; may be empty.")),
  replace_all: v.optional(
    v.pipe(v.boolean(), v.description("Replace every occurrence, not a single one.")),
    false,
  ),
});

/** Replaces a piece of a text file (spec 50 §4.3). */
export function createEditTool({ files, tracker }: FileToolsOptions): Tool {
  return defineTool({
    name: "Edit",
    description:
      "Replaces a piece of a text file that has been read before. old_string must be in " +
      "the file exactly once, indentation included; add the lines around it to make it so, or " +
      "set replace_all.",
    input,
    inOrder: true,
    async execute({ file_path: path, old_string, new_string, replace_all }) {
      if (old_string === "") throw invalid("old_string must not be empty");
      if (old_string === new_string) throw invalid("old_string and new_string are identical");
      const before = await readKnown(path);
      const { text, positions } = replaceAll(before, old_string, new_string);
      const [first] = positions;
      if (first === undefined) throw notFound(path, before, old_string);
      if (positions.length > 1 && !replace_all) throw notUnique(path, before, positions);
      const bytes = new TextEncoder().encode(text);
      const canonicalPath = await files.write(path, bytes);
      tracker.record(canonicalPath, await fingerprintOf(bytes));
      const count = positions.length;
      return {
        summary: `Edited ${path} (${count} ${count === 1 ? "replacement" : "replacements"})`,
        content: excerpt(text, new_string === "" ? 0 : lineIndexAt(text, first)),
      };
    },
  });

  /** The text of a file whose present version the model has seen; a byte order mark stays in it. */
  async function readKnown(path: string): Promise<string> {
    const { canonicalPath, bytes } = await files.read(path);
    tracker.check(canonicalPath, await fingerprintOf(bytes), path);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw pathError.badArgument(`file is not valid UTF-8: ${path}`);
    }
  }
}

function excerpt(text: string, lineIndex: number): string {
  const start = Math.max(0, lineIndex - CONTEXT_LINES);
  const lines = splitLines(text).slice(start, lineIndex + CONTEXT_LINES + 1);
  return numberLines(lines, start + 1);
}

function notFound(path: string, text: string, wanted: string): ToolError {
  const nearest = nearestLines(text, wanted);
  const hint = nearest === "" ? "" : `\nclosest lines:\n${nearest.trimEnd()}`;
  return invalid(`string not found in file: ${path}${hint}`);
}

function notUnique(path: string, text: string, positions: readonly number[]): ToolError {
  const named = positions.slice(0, MAX_NAMED_LINES).map((at) => lineIndexAt(text, at) + 1);
  const more = positions.length > named.length ? ", ..." : "";
  return invalid(
    `string is not unique in file (${positions.length} occurrences); ` +
      `pass replace_all=true or disambiguate: ${path}\nfound at lines ${named.join(", ")}${more}`,
  );
}

function invalid(message: string): ToolError {
  return new ToolError("Invalid argument", message);
}
