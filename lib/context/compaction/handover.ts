import * as v from "valibot";
import { type Tool, ToolError } from "../../agent/mod.ts";
import { byteLength, messageOf } from "../../base/mod.ts";
import { defineTool, type FileVersion, readLines, type ScopedFiles } from "../../tools/mod.ts";
import { textTokens } from "../window/token_estimate.ts";

/** A file, or some of its lines, that the next context begins with. */
export interface FileSlice {
  readonly path: string;
  /** Lines to skip. */
  readonly offset?: number;
  /** Number of lines. @default all that follow */
  readonly limit?: number;
}

/** A slice with the text that it has now. */
export interface ReadSlice extends FileSlice {
  readonly text: string;
  /** What it was read from. */
  readonly version: FileVersion;
}

/** What the next context is to have of files. */
export interface HandedFiles {
  /** With their contents. */
  readonly required: readonly ReadSlice[];
  /** Paths of those that are only pointed at. */
  readonly references: readonly string[];
}

/** What a summariser hands over, collected by the tools that it is given for it (spec 40 §8.5). */
export class Handover {
  readonly #files: ScopedFiles;
  readonly #budgetTokens: number;
  /** By canonical path: a file is handed over once, however it is called. */
  readonly #required = new Map<string, { slice: FileSlice; tokens: number }>();
  readonly #references = new Map<string, string>();
  /** The newest summary; null until there is one. */
  summary: string | null = null;

  /** @param budgetTokens for the text of all required files; 0 for no limit */
  constructor(files: ScopedFiles, budgetTokens: number) {
    this.#files = files;
    this.#budgetTokens = budgetTokens;
  }

  tools(): Tool[] {
    return [this.#markTool(), this.#referenceTool(), this.#summaryTool()];
  }

  /**
   * Reads the marked files as they are now. One that cannot be read any more is left out, one that has
   * outgrown the budget is only pointed at; `warn` is told.
   */
  async readAgain(warn: (message: string) => void): Promise<HandedFiles> {
    const required: ReadSlice[] = [];
    const references = new Map(this.#references);
    let left = this.#budgetTokens || Infinity;
    for (const [canonicalPath, { slice }] of this.#required) {
      references.delete(canonicalPath);
      try {
        const now = await readSlice(this.#files, slice);
        const tokens = textTokens(byteLength(now.text));
        if (tokens > left) {
          warn(`${slice.path} has grown and does not fit into the new context: only its path does`);
          references.set(canonicalPath, slice.path);
          continue;
        }
        left -= tokens;
        required.push(now);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        warn(`${slice.path} is not in the new context: ${error.message}`);
      }
    }
    return { required, references: [...references.values()] };
  }

  #markTool(): Tool {
    return defineTool({
      name: "mark_read_required",
      description: "Puts the present contents of a file, or of some of its lines, into the next " +
        "context. This costs budget; take it for what the active task needs word by word. " +
        "Marking the same file again replaces the earlier mark.",
      inOrder: true,
      input: v.object({
        file_path: v.pipe(v.string(), v.description("Absolute path.")),
        offset: v.nullish(v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          v.description("How many lines to skip."),
        )),
        limit: v.nullish(v.pipe(
          v.number(),
          v.integer(),
          v.minValue(1),
          v.description("How many lines to take."),
        )),
      }),
      execute: async ({ file_path, offset, limit }) => {
        const slice = await readSlice(this.#files, {
          path: this.#files.absolute(file_path),
          ...(typeof offset === "number" && { offset }),
          ...(typeof limit === "number" && { limit }),
        });
        return { summary: this.#mark(slice) };
      },
    });
  }

  /** Records a mark, if it fits into what the others leave of the budget. */
  #mark({ text, version: { canonicalPath }, ...slice }: ReadSlice): string {
    const budget = this.#budgetTokens;
    const tokens = textTokens(byteLength(text));
    let used = tokens;
    for (const [path, mark] of this.#required) used += path === canonicalPath ? 0 : mark.tokens;
    if (budget > 0 && used > budget) {
      throw new ToolError(
        "Execution failed",
        `auto-read budget exhausted (${budget} tokens). Mark fewer lines, or use add_reference instead.`,
      );
    }
    this.#required.set(canonicalPath, { slice, tokens });
    if (budget === 0) return `Marked ${slice.path} (${tokens} tokens).`;
    const left = budget - used;
    const advice = left <= budget / 2 ? " Half of the budget is used: come to an end." : "";
    return `Marked ${slice.path} (${tokens} tokens; ${left} of ${budget} left).${advice}`;
  }

  #referenceTool(): Tool {
    return defineTool({
      name: "add_reference",
      description: "Names a file in the next context, without its contents.",
      inOrder: true,
      input: v.object({ file_path: v.pipe(v.string(), v.description("Absolute path.")) }),
      execute: async ({ file_path }) => {
        const path = this.#files.absolute(file_path);
        const { version } = await readSlice(this.#files, { path, limit: 1 });
        this.#references.set(version.canonicalPath, path);
        return { summary: `Reference to ${path} recorded.` };
      },
    });
  }

  #summaryTool(): Tool {
    return defineTool({
      name: "write_summary",
      description: "Records the summary for the next context. Calling it again replaces it.",
      inOrder: true,
      input: v.object({ text: v.pipe(v.string(), v.description("The summary, in Markdown.")) }),
      execute: ({ text }) => {
        if (text.trim() === "") throw new ToolError("Invalid argument", "the summary is empty");
        const summary = this.summary === null ? "Summary recorded." : "Summary replaced.";
        this.summary = text;
        return Promise.resolve({ summary });
      },
    });
  }
}

/** Reads a slice as it is now; throws {@link ToolError} `read failed: …`. */
async function readSlice(files: ScopedFiles, slice: FileSlice): Promise<ReadSlice> {
  const { path, offset = 0, limit = Infinity } = slice;
  try {
    const { slice: { lines }, version } = await readLines(files, path, offset, limit);
    return { ...slice, text: lines.map((line) => `${line}\n`).join(""), version };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(error.kind, `read failed: ${messageOf(error)}`, { cause: error });
  }
}
