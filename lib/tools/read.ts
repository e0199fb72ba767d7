import * as v from "valibot";
import type { Tool, ToolOutput } from "../agent/mod.ts";
import { defineTool, optionalCount } from "./define_tool.ts";
import type { FileToolsOptions } from "./file_tools.ts";
import { Fingerprint } from "./fingerprint.ts";
import { type LineSlice, LineSlicer, numberLines } from "./lines.ts";

const DEFAULT_LIMIT_LINES = 2000;

const input = v.object({
  file_path: v.pipe(
    v.string(),
    v.description("The file: absolute, or relative to the working directory."),
  ),
  offset: optionalCount("How many lines to skip.", 0),
  limit: optionalCount("How many lines to return.", DEFAULT_LIMIT_LINES),
});

/** Shows a text file, or a slice of it, with line numbers (spec 50 §4.1). */
export function createReadTool(options: FileToolsOptions): Tool {
  return defineTool({
    name: "Read",
    description: "Reads a text file. Each line comes with its number, counted from 1, and a tab. " +
      "Take offset and limit for a part of a long file. Does not list directories. " +
      "A file must have been read, if only in part, before Write or Edit may change it.",
    input,
    inOrder: true,
    async execute({ file_path: path, offset, limit }) {
      return present(path, offset, await readLines(options, path, offset, limit));
    },
  });
}

/**
 * Lines of a file, which thereby counts as read by the model.
 *
 * @param offset how many lines to skip
 * @throws {ToolError} when the file cannot be read.
 */
export async function readLines(
  { files, tracker }: FileToolsOptions,
  path: string,
  offset: number,
  limit: number,
): Promise<LineSlice> {
  using file = await files.open(path);
  const fingerprint = new Fingerprint();
  const slicer = new LineSlicer(offset, Math.max(1, limit));
  for await (const block of file.blocks()) {
    await fingerprint.add(block);
    slicer.add(block);
  }
  tracker.record(file.canonicalPath, fingerprint.text);
  return slicer.finish();
}

function present(path: string, offset: number, { lines, total }: LineSlice): ToolOutput {
  const isWhole = offset === 0 && lines.length === total;
  const range = isWhole ? "" : ` [${offset + 1}..${offset + lines.length}] of ${total}`;
  return {
    summary: `Read ${lines.length} line(s)${range} from ${path}`,
    content: numberLines(lines, offset + 1),
  };
}
