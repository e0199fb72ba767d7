import * as v from "valibot";
import { type Tool, ToolError } from "../../agent/mod.ts";
import { truncateBytes } from "../../base/mod.ts";
import { type Item, messageText } from "../../protocol/mod.ts";
import { defineTool, optionalCount } from "../../tools/mod.ts";
import { clip } from "./overview.ts";

const MAX_OUTPUT_BYTES = 48_000;
const MAX_HITS = 50;
const MAX_ITEMS = 80;
const HIT_CHARACTERS = 600;
const MESSAGE_CHARACTERS = 4000;
const SUMMARY_CHARACTERS = 800;

/** How much of an item is shown. */
interface Detail {
  readonly messageCharacters: number;
  /** Whether arguments and outputs of tools are shown too. */
  readonly withContent: boolean;
}

/** The two tools by which a summariser looks into the conversation that it sums up (spec 40 §8.5). */
export function createSessionLogTools(items: readonly Item[]): Tool[] {
  return [createSearch(items), createReader(items)];
}

function createSearch(items: readonly Item[]): Tool {
  return defineTool({
    name: "search_session_log",
    description:
      "Finds the items of the session that contain a text, ignoring case, also inside arguments, " +
      "outputs and thoughts, which are not shown. Use read_session_items to see a hit in full.",
    input: v.object({
      query: v.pipe(v.string(), v.description("The text to look for.")),
      offset: optionalCount("How many hits to skip.", 0),
      limit: optionalCount(`How many hits to show, at most ${MAX_HITS}.`, 20),
    }),
    execute({ query, offset, limit }) {
      const wanted = query.trim().toLowerCase();
      if (wanted === "") {
        throw new ToolError(
          "Invalid argument",
          "search_session_log query must not be empty",
        );
      }
      const hits = [...items.entries()]
        .filter(([, item]) => searchable(item).toLowerCase().includes(wanted));
      const shown = hits.slice(offset, offset + clamp(limit, MAX_HITS));
      return Promise.resolve({
        summary: `${hits.length} hit(s), ${shown.length} shown`,
        content: listing(shown, { messageCharacters: HIT_CHARACTERS, withContent: false }),
      });
    },
  });
}

function createReader(items: readonly Item[]): Tool {
  return defineTool({
    name: "read_session_items",
    description: "Shows items of the session by their index, as in the overview. " +
      "Mode `full` adds the arguments and outputs of tools.",
    input: v.object({
      offset: optionalCount("Index of the first item.", 0),
      limit: optionalCount(`How many items, at most ${MAX_ITEMS}.`, 20),
      mode: v.nullish(v.pipe(v.string(), v.description("`compact` or `full`.")), "compact"),
    }),
    execute({ offset, limit, mode }) {
      if (mode !== "compact" && mode !== "full") {
        throw new ToolError(
          "Invalid argument",
          `invalid read_session_items mode "${mode}"; expected 'compact' or 'full'`,
        );
      }
      const shown = [...items.entries()].slice(offset, offset + clamp(limit, MAX_ITEMS));
      return Promise.resolve({
        summary: `${shown.length} of ${items.length} item(s), from ${offset}`,
        content: listing(shown, {
          messageCharacters: MESSAGE_CHARACTERS,
          withContent: mode === "full",
        }),
      });
    },
  });
}

function clamp(limit: number, most: number): number {
  return Math.min(most, Math.max(1, limit));
}

function listing(items: readonly [number, Item][], detail: Detail): string {
  const text = items.map(([index, item]) => `[${index}] ${describe(item, detail)}`).join("\n");
  const kept = truncateBytes(text, MAX_OUTPUT_BYTES);
  return kept === text ? text : `${kept}\n… [session tool output truncated]`;
}

function describe(item: Item, { messageCharacters, withContent }: Detail): string {
  switch (item.kind) {
    case "message":
      return `${item.role}: ${clip(messageText(item), messageCharacters)}`;
    case "tool_call":
      return withContent
        ? `tool call ${item.name} ${clip(item.arguments, MESSAGE_CHARACTERS)}`
        : `tool call ${item.name}`;
    case "tool_result": {
      const summary = `tool result: ${clip(item.summary, SUMMARY_CHARACTERS)}`;
      if (!withContent || item.content === undefined) return summary;
      return `${summary}\n${clip(item.content, MESSAGE_CHARACTERS)}`;
    }
    case "reasoning":
      return `thought: ${clip(item.summary?.join(" ") ?? "", SUMMARY_CHARACTERS)}`;
  }
}

function searchable(item: Item): string {
  switch (item.kind) {
    case "message":
      return messageText(item);
    case "tool_call":
      return `${item.name} ${item.arguments}`;
    case "tool_result":
      return `${item.summary}\n${item.content ?? ""}`;
    case "reasoning":
      return `${item.text} ${item.summary?.join(" ") ?? ""}`;
  }
}
