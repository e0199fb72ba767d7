import * as v from "valibot";
import type { Tool } from "../agent/mod.ts";
import { defineTool } from "./define_tool.ts";
import type { SearchToolsOptions } from "./search_tools.ts";

const input = v.object({
  pattern: v.pipe(
    v.string(),
    v.description(
      "Matched with the path below the directory. * and ? match a slash too, so *.ts finds files " +
        "at every depth; also **/, [ab], [!a] and {a,b}.",
    ),
  ),
  path: v.nullish(
    v.pipe(v.string(), v.description("The directory. Default: the working directory.")),
  ),
  include_ignored: v.optional(
    v.pipe(v.boolean(), v.description("Also what .gitignore and .ignore files name.")),
    false,
  ),
});

/** The arguments of Glob. */
export type GlobInput = v.InferOutput<typeof input>;

/** Finds files by name (spec 50 §4.4, §12.2). The search itself is loaded when it is first needed. */
export function createGlobTool(options: SearchToolsOptions): Tool {
  return defineTool({
    name: "Glob",
    description: "Finds files by a pattern for their path, newest first, at most 1000. Hidden " +
      "files are included, what .gitignore and .ignore files name is not, nor is .git. " +
      "Take this rather than find or ls in Bash.",
    input,
    async execute(input, { signal }) {
      const { glob } = await import("./run_glob.ts");
      return await glob(input, options, signal);
    },
  });
}
