import type { ToolResultItem } from "../../lib/protocol/mod.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";

/** A tool whose result names the call. */
export function echo(name: string): CountingTool {
  return new CountingTool(name, (_input, { callId }) => ({ summary: `${name} ${callId}` }));
}

/** One answer with these calls of tools without arguments, then a text. */
export function callsThenText(...calls: [id: string, name: string][]): EventModel {
  return new EventModel(
    answer(...calls.map(([id, name]) => call(id, name, "{}"))),
    answer(text("ok")),
  );
}

/** The calls that these results answer, in order. */
export function idsOf(results: readonly ToolResultItem[]): string[] {
  return results.map((result) => result.call_id);
}

/** The calls that a tool has begun, in order. */
export function idsBegun(tool: CountingTool): string[] {
  return tool.begun.map(({ id }) => id);
}
