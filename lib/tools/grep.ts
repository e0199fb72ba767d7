import * as v from "valibot";
import type { Tool } from "../agent/mod.ts";
import { defineTool, optionalCount } from "./define_tool.ts";
import type { SearchToolsOptions } from "./search_tools.ts";

const DEFAULT_LIMIT = 250;

const count = (description: string) =>
  v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description)));
const text = (description: string) => v.nullish(v.pipe(v.string(), v.description(description)));

const input = v.object({
  pattern: v.pipe(
    v.string(),
    v.description("A regular expression as ripgrep takes it: no look-around, no back-references."),
  ),
  path: text("The file or directory to search. Default: the working directory."),
  glob: text("Only files that match, as in .gitignore: *.ts, src/**, !*.test.ts, *.{js,ts}."),
  type: text("Only files of a type that ripgrep knows: rust, py, js, ts, go, …"),
  output_mode: v.nullish(
    v.pipe(
      v.picklist(["files_with_matches", "content", "count"]),
      v.description(
        "Paths only (default), the matching lines, or how many there are in each file.",
      ),
    ),
    "files_with_matches",
  ),
  "-n": v.nullish(v.pipe(v.boolean(), v.description("Line numbers with content.")), true),
  "-i": v.optional(v.pipe(v.boolean(), v.description("Ignore case.")), false),
  "-A": count("Lines of context after a match."),
  "-B": count("Lines of context before a match."),
  "-C": count("Lines of context on both sides; goes before -A and -B."),
  multiline: v.optional(
    v.pipe(v.boolean(), v.description("A match may span lines; the dot matches a line end.")),
    false,
  ),
  head_limit: optionalCount(
    "How many files, or with content matches, to return; 0 for as many as fit.",
    DEFAULT_LIMIT,
  ),
  offset: optionalCount("How many of them to skip.", 0),
});

/** The arguments of Grep. */
export type GrepInput = v.InferOutput<typeof input>;

/** Searches the text of files (spec 50 §4.5). The search itself is loaded when it is first needed. */
export function createGrepTool(options: SearchToolsOptions): Tool {
  return defineTool({
    name: "Grep",
    description:
      "Searches the text of files for a regular expression. Hidden files, binary files " +
      "and what .gitignore and .ignore name are left out. Results are ordered by path. " +
      "Take this rather than grep or rg in Bash.",
    input,
    async execute(input, { signal }) {
      const { grep } = await import("./run_grep.ts");
      return await grep(input, options, signal);
    },
  });
}
