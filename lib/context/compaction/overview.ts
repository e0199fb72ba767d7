import { byteLength } from "../../base/mod.ts";
import { type Item, messageText } from "../../protocol/mod.ts";
import { BYTES_PER_TOKEN, textTokens } from "../window/token_estimate.ts";

const MESSAGE_CHARACTERS = 2000;
const COARSE_CHARACTERS = 240;
const RESULT_CHARACTERS = 240;
const TOOL_ENTRIES = 24;
const MIN_TARGET_BYTES = 1024;

/** How large an overview may get, in tokens; 0 switches a limit off. */
export interface OverviewLimits {
  readonly overview_target_tokens: number;
  readonly overview_warning_tokens: number;
  readonly overview_deadline_tokens: number;
}

/** A table of contents of a conversation, and what people should know about it. */
export interface Overview {
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * Lists what was said in a part of a history, the newest in full, and which tools were used (spec 40
 * §8.4). Arguments and output of tools, and thoughts, are never in it.
 */
export function overviewOf(items: readonly Item[], limits: OverviewLimits): Overview {
  const { overview_warning_tokens: warning, overview_deadline_tokens: deadline } = limits;
  const text = fullOverview(items, limits);
  const tokens = textTokens(byteLength(text));
  if (deadline > 0 && tokens > deadline) {
    return {
      text: coarseOverview(items, deadline * BYTES_PER_TOKEN),
      warnings: [`compact overview exceeded deadline (${deadline} tokens); using coarse fallback`],
    };
  }
  if (warning === 0 || tokens <= warning) return { text, warnings: [] };
  return {
    text,
    warnings: [
      `compact overview is larger than expected (≈${tokens} tokens; warning threshold ${warning})`,
    ],
  };
}

/** The first characters of a text, with a mark when there were more. */
export function clip(text: string, characters: number): string {
  let end = 0;
  let count = 0;
  for (const character of text) {
    if (count === characters) return `${text.slice(0, end)}… [truncated]`;
    end += character.length;
    count += 1;
  }
  return text;
}

function fullOverview(items: readonly Item[], limits: OverviewLimits): string {
  const targetBytes = Math.max(
    MIN_TARGET_BYTES,
    limits.overview_target_tokens * BYTES_PER_TOKEN,
  );
  const { lines, omitted } = recentMessages(items, targetBytes);
  const parts = [countLine(items), "## Recent user/assistant/system messages", ...lines];
  if (omitted > 0) {
    parts.push(`[Overview omitted ${omitted} older message(s) to stay near target.]`);
  }
  parts.push(...toolIndex(items, targetBytes - byteLength(parts.join("\n\n"))));
  return parts.join("\n\n");
}

/** The newest messages that fit, oldest first; smaller old ones may fit where a large one did not. */
function recentMessages(items: readonly Item[], targetBytes: number) {
  const lines: string[] = [];
  let bytes = 0;
  let omitted = 0;
  for (const [index, item] of [...items.entries()].reverse()) {
    const line = messageLine(index, item, MESSAGE_CHARACTERS);
    if (line === null) continue;
    const size = byteLength(line);
    if (lines.length > 0 && bytes + size > targetBytes) {
      omitted += 1;
      continue;
    }
    lines.unshift(line);
    bytes += size;
  }
  return { lines, omitted };
}

/** The newest tools that were used, with what room is left; one result is worth going over it. */
function toolIndex(items: readonly Item[], roomBytes: number): string[] {
  const lines: string[] = [];
  let bytes = 0;
  let hasResult = false;
  let more = false;
  for (const [index, item] of [...items.entries()].reverse()) {
    const line = toolLine(index, item);
    if (line === null) continue;
    more = lines.length === TOOL_ENTRIES || (hasResult && bytes > roomBytes);
    if (more) break;
    lines.unshift(line);
    bytes += byteLength(line);
    hasResult ||= item.kind === "tool_result";
  }
  if (lines.length === 0) return [];
  const text = lines.join("\n") + (more ? "\n[Additional tool index entries omitted.]" : "");
  return ["## Recent tool index (content omitted)", text];
}

/** For conversations of very many messages: their beginnings only, the newest first. */
function coarseOverview(items: readonly Item[], maxBytes: number): string {
  const lines = [countLine(items), "## Coarse recent message index"];
  let bytes = byteLength(lines.join("\n"));
  for (const [index, item] of [...items.entries()].reverse()) {
    const line = messageLine(index, item, COARSE_CHARACTERS);
    if (line === null) continue;
    bytes += byteLength(line) + 1;
    if (bytes > maxBytes) break;
    lines.push(line);
  }
  return lines.join("\n");
}

function countLine(items: readonly Item[]): string {
  const count = (kind: Item["kind"]) => items.filter((item) => item.kind === kind).length;
  return `${items.length} items: ${count("message")} messages, ${count("tool_call")} tool calls, ` +
    `${count("tool_result")} tool results, ${count("reasoning")} reasoning items. ` +
    "Arguments, outputs and thoughts are left out here.";
}

const SPEAKERS = { user: "User", assistant: "Assistant", system: "System" } as const;

function messageLine(index: number, item: Item, characters: number): string | null {
  if (item.kind !== "message") return null;
  return `[${index} ${SPEAKERS[item.role]}] ${clip(messageText(item), characters)}`;
}

function toolLine(index: number, item: Item): string | null {
  if (item.kind === "tool_call") return `[${index} ToolCall] ${item.name}`;
  if (item.kind !== "tool_result") return null;
  return `[${index} ToolResult] ${clip(item.summary, RESULT_CHARACTERS)}`;
}
