import { type Item, messageText, type ToolResultItem } from "../protocol/mod.ts";
import type { Facts } from "./placeholder.ts";

/** What a scenario needs to know of a history. */
export interface ScenarioHistory extends Facts {
  /** How often each call was made, by its name in the scenario. */
  readonly callCounts: ReadonlyMap<string, number>;
}

/** Reads a history; calls go by the names that they have in the scenario. */
export function readHistory(items: readonly Item[]): ScenarioHistory {
  let input: string | undefined;
  const results = new Map<string, ToolResultItem>();
  const callCounts = new Map<string, number>();
  for (const item of items) {
    if (item.kind === "message" && item.role === "user") input = messageText(item);
    if (item.kind === "tool_result") results.set(splitCallId(item.call_id).name, item);
    if (item.kind === "tool_call") {
      const { name, number } = splitCallId(item.call_id);
      callCounts.set(name, number);
    }
  }
  return { input, results, callCounts };
}

/** Ids pair calls with results over the whole history, so a call made again gets a number: `files-2`. */
export function newCallId(name: string, history: ScenarioHistory): string {
  const count = history.callCounts.get(name) ?? 0;
  return count === 0 ? name : `${name}-${count + 1}`;
}

/** Takes apart what `newCallId` made; any other id is a name as it is. */
function splitCallId(callId: string): { name: string; number: number } {
  const groups = /^(?<name>\w+)-(?<number>\d+)$/.exec(callId)?.groups;
  return { name: groups?.name ?? callId, number: Number(groups?.number ?? 1) };
}
