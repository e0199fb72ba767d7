import * as v from "valibot";
import { type Tool, ToolError } from "../../agent/mod.ts";
import { byteLength, messageOf } from "../../base/mod.ts";
import { defineTool, type FileToolsOptions, readLines } from "../../tools/mod.ts";
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
}

/** What a summariser hands over, collected by the tools that it is given for it (spec 40 §8.5). */
export class Handover {
  readonly #files: FileToolsOptions;
  readonly #budgetTokens: number;
  readonly #required = new Map<string, { slice: FileSlice; tokens: number }>();
  readonly #references = new Set<string>();
  /** The newest summary; null until there is one. */
  summary: string | null = null;

  /** @param budgetTokens for the text of all required files; 0 for no limit */
  constructor(files: FileToolsOptions, budgetTokens: number) {
    this.#files = files;
    this.#budgetTokens = budgetTokens;
  }

  /** Files whose contents the next context needs. */
  get required(): FileSlice[] {
    return [...this.#required.values()].map(({ slice }) => slice);
  }

  /** Files that are only pointed at. */
  get references(): string[] {
    return [...this.#references].filter((path) =>
      !this.required.some((slice) => slice.path === path)
    );
  }

  tools(): Tool[] {
    return [this.#markTool(), this.#referenceTool(), this.#summaryTool()];
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
      execute: async ({ file_path: path, offset, limit }) => {
        const slice = {
          path,
          ...(typeof offset === "number" && { offset }),
          ...(typeof limit === "number" && { limit }),
        };
        const { text } = await readSlice(this.#files, slice);
        return { summary: this.#mark(slice, textTokens(byteLength(text))) };
      },
    });
  }

  /** Records a mark, if it fits into what the others leave of the budget. */
  #mark(slice: FileSlice, tokens: number): string {
    const budget = this.#budgetTokens;
    let used = tokens;
    for (const [path, mark] of this.#required) used += path === slice.path ? 0 : mark.tokens;
    if (budget > 0 && used > budget) {
      throw new ToolError(
        "Execution failed",
        `auto-read budget exhausted (${budget} tokens). Mark fewer lines, or use add_reference instead.`,
      );
    }
    this.#required.set(slice.path, { slice, tokens });
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
      execute: async ({ file_path: path }) => {
        await readSlice(this.#files, { path, limit: 1 });
        this.#references.add(path);
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
        const summary = this.summary === null ? "Summary recorded." : "Summary replaced.";
        this.summary = text;
        return Promise.resolve({ summary });
      },
    });
  }
}

/**
 * Reads a slice as it is now; the file thereby counts as read.
 *
 * @throws {ToolError} `read failed: …`
 */
export async function readSlice(files: FileToolsOptions, slice: FileSlice): Promise<ReadSlice> {
  const { path, offset = 0, limit = Infinity } = slice;
  try {
    const { lines } = await readLines(files, path, offset, limit);
    return { ...slice, text: lines.map((line) => `${line}\n`).join("") };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(error.kind, `read failed: ${messageOf(error)}`, { cause: error });
  }
}
