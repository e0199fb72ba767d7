import * as v from "valibot";
import type { Tool } from "../agent/mod.ts";
import { defineTool } from "./define_tool.ts";
import type { FileToolsOptions } from "./file_tools.ts";
import { fingerprintOf } from "./fingerprint.ts";

const input = v.object({
  file_path: v.pipe(
    v.string(),
    v.description("The file: absolute, or relative to the working directory."),
  ),
  content: v.pipe(v.string(), v.description("The whole new content.")),
});

/** Creates a file or replaces all of it (spec 50 §4.2). */
export function createWriteTool({ files, tracker }: FileToolsOptions): Tool {
  return defineTool({
    name: "Write",
    description:
      "Creates a text file, with the directories above it, or replaces all of its content. " +
      "A file that exists must have been read before. To change a part of a file, take Edit.",
    input,
    inOrder: true,
    async execute({ file_path: path, content }) {
      const exists = files.exists(path);
      if (exists) {
        const seen = await files.read(path);
        tracker.check(seen.canonicalPath, await fingerprintOf(seen.bytes), path);
      }
      const bytes = new TextEncoder().encode(content);
      const canonicalPath = await files.write(path, bytes);
      tracker.record(canonicalPath, await fingerprintOf(bytes));
      return { summary: `${exists ? "Overwrote" : "Created"} ${path} (${bytes.byteLength} bytes)` };
    },
  });
}
