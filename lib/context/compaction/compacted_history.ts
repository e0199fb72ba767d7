import { byteLength, lastBytes, PodError, truncateBytes } from "../../base/mod.ts";
import { type Item, messageText, textMessage } from "../../protocol/mod.ts";
import { carryTasks, type Task } from "../../tools/mod.ts";
import { itemTokens, withoutContent } from "../window/item_size.ts";
import { BYTES_PER_TOKEN } from "../window/token_estimate.ts";
import type { FileSlice, ReadSlice } from "./handover.ts";
import { nothingOf, type RetainedTail } from "./retained_tail.ts";

const SUMMARY_HEADING = "[Compacted context summary]";
const WORKFLOW_MARK = "[Workflow /";
const LEFT_OUT = "\n\n[… the middle of this request is left out here: it was too long …]\n\n";

/** What a new context is made of. */
export interface HistoryParts {
  readonly summary: string;
  readonly files: readonly ReadSlice[];
  readonly references: readonly string[];
  /** The old items, as they were sent. */
  readonly items: readonly Item[];
  /** Those of them that stay as they are. */
  readonly tail: RetainedTail;
  readonly tasks: readonly Task[];
  /** For the call that shows the tasks; new in this history. */
  readonly taskCallId: string;
}

/** How large a new history may be, in tokens of its items alone. */
export interface HistoryLimits {
  /** What it should not exceed. */
  readonly wantedTokens: number;
  /** What it must not exceed. */
  readonly maxTokens: number;
}

/** A new history, and what it came to. */
export interface CompactedHistory {
  readonly history: Item[];
  /** How many tokens its items take, as far as their size tells. */
  readonly tokens: number;
  /** What is in it of the old items as they were. */
  readonly tail: RetainedTail;
  /** The files whose contents are in it. */
  readonly files: readonly ReadSlice[];
}

/**
 * The history that takes the place of `items` (spec 40 §8.7). What the user asked for last is in it word by
 * word. If it is too large it makes do with less, step by step: without the details of old tool results,
 * without file contents, without a tail, at last without the middle of that request.
 *
 * @throws {PodError} `compaction` when even the least does not fit.
 */
export function compactedHistory(parts: HistoryParts, limits: HistoryLimits): CompactedHistory {
  const { wantedTokens, maxTokens } = limits;
  const { items } = parts;
  const bare = { ...parts, items: items.map(withoutContent) };
  const noFiles = { ...bare, files: [], references: allPaths(parts) };
  const noTail = { ...noFiles, tail: nothingOf(items) };
  let smallest = assemble(parts);
  for (const choice of [parts, bare, noFiles, noTail]) {
    const compacted = assemble(choice);
    if (compacted.tokens <= Math.min(wantedTokens, maxTokens)) return compacted;
    if (compacted.tokens < smallest.tokens) smallest = compacted;
  }
  if (smallest.tokens <= maxTokens) return smallest;
  const least = assemble(noTail);
  const shortened = shortenRequest(items, (least.tokens - maxTokens) * BYTES_PER_TOKEN);
  if (shortened !== null) return assemble({ ...noTail, items: shortened });
  throw new PodError(
    "compaction",
    `compacted result context too large: ${smallest.tokens} tokens exceeds max ${maxTokens}`,
  );
}

function assemble(parts: HistoryParts): CompactedHistory {
  const history = itemsOf(parts);
  return { history, tokens: itemTokens(history), tail: parts.tail, files: parts.files };
}

function itemsOf(parts: HistoryParts): Item[] {
  const { summary, files, references, items, tail, tasks, taskCallId } = parts;
  return [
    textMessage("system", `${SUMMARY_HEADING}\n\n${summary}`),
    ...files.map((file) =>
      textMessage("system", `[Auto-read file: ${file.path}${rangeOf(file)}]\n${file.text}`)
    ),
    ...references.length === 0 ? [] : [textMessage("system", referenceList(references))],
    ...lastRequest(items, tail.start),
    ...items.slice(tail.start),
    ...carryTasks(tasks, taskCallId),
  ];
}

/** The user's last request, and the procedures that came with it, when the tail does not hold them. */
function lastRequest(items: readonly Item[], tailStart: number): Item[] {
  const index = lastRequestIndex(items);
  if (index < 0 || index >= tailStart) return [];
  let end = index + 1;
  while (end < tailStart && isSystemMessage(items[end])) end += 1;
  return items.slice(index, end).filter((item, offset) => offset === 0 || isWorkflow(item));
}

function lastRequestIndex(items: readonly Item[]): number {
  return items.findLastIndex((item) => item.kind === "message" && item.role === "user");
}

/** The items with at least so many bytes fewer in the middle of the last request; null: it is shorter. */
function shortenRequest(items: readonly Item[], bytes: number): Item[] | null {
  const index = lastRequestIndex(items);
  const request = items[index];
  if (request?.kind !== "message") return null;
  const text = messageText(request);
  const half = Math.floor((byteLength(text) - bytes - byteLength(JSON.stringify(LEFT_OUT))) / 2);
  if (half < 0) return null;
  const shortened = truncateBytes(text, half) + LEFT_OUT + lastBytes(text, half);
  return items.with(index, textMessage("user", shortened));
}

function isSystemMessage(item: Item | undefined): boolean {
  return item?.kind === "message" && item.role === "system";
}

function isWorkflow(item: Item): boolean {
  return item.kind === "message" && messageText(item).startsWith(WORKFLOW_MARK);
}

function allPaths({ files, references }: HistoryParts): string[] {
  return [...new Set([...files.map(({ path }) => path), ...references])];
}

/** Line numbers from 1, as people count them. */
function rangeOf({ offset, limit }: FileSlice): string {
  if (offset === undefined && limit === undefined) return "";
  const first = (offset ?? 0) + 1;
  return limit === undefined ? `:${first}-` : `:${first}-${first + limit - 1}`;
}

function referenceList(paths: readonly string[]): string {
  return [
    "[Referenced files — read before compaction, contents not included]",
    ...paths.map((path) => `- ${path}`),
    "Read them again when you need what is in them.",
  ].join("\n");
}
