import * as v from "valibot";
import type { Tool, ToolOutput } from "../agent/mod.ts";
import { defineTool, optionalCount } from "./define_tool.ts";
import type { FileToolsOptions } from "./file_tools.ts";
import { Fingerprint } from "./fingerprint.ts";
import { type LineSlice, LineSlicer, numberLines } from "./lines.ts";
import type { ScopedFiles } from "./scoped_files.ts";
import type { FileVersion } from "./tracker.ts";

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
export function createReadTool({ files, tracker }: FileToolsOptions): Tool {
  return defineTool({
    name: "Read",
    description: "Reads a text file. Each line comes with its number, counted from 1, and a tab. " +
      "Take offset and limit for a part of a long file. Does not list directories. " +
      "A file must have been read, if only in part, before Write or Edit may change it.",
    input,
    inOrder: true,
    async execute({ file_path: path, offset, limit }) {
      const { slice, version } = await readLines(files, path, offset, limit);
      tracker.record(version.canonicalPath, version.fingerprint);
      return present(path, offset, slice);
    },
  });
}

/**
 * Lines of a file, and which version of it they are of. The tracker has to be told when the model has
 * been shown them.
 *
 * @param offset how many lines to skip
 * @throws {ToolError} when the file cannot be read.
 */
export async function readLines(
  files: ScopedFiles,
  path: string,
  offset: number,
  limit: number,
): Promise<{ readonly slice: LineSlice; readonly version: FileVersion }> {
  using file = await files.open(path);
  const fingerprint = new Fingerprint();
  const slicer = new LineSlicer(offset, Math.max(1, limit));
  for await (const block of file.blocks()) {
    await fingerprint.add(block);
    slicer.add(block);
  }
  const version = { canonicalPath: file.canonicalPath, fingerprint: fingerprint.text };
  return { slice: slicer.finish(), version };
}

function present(path: string, offset: number, { lines, total }: LineSlice): ToolOutput {
  const isWhole = offset === 0 && lines.length === total;
  const range = isWhole ? "" : ` [${offset + 1}..${offset + lines.length}] of ${total}`;
  return {
    summary: `Read ${lines.length} line(s)${range} from ${path}`,
    content: numberLines(lines, offset + 1),
  };
}
