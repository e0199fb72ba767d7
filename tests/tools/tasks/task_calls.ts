import type { ToolOutput } from "../../../lib/agent/mod.ts";
import type { JsonObject } from "../../../lib/base/mod.ts";
import type { Item } from "../../../lib/protocol/mod.ts";
import { createTaskTools, type TaskStore } from "../../../lib/tools/mod.ts";

/** Calls one of the task tools. */
export async function callTask(
  store: TaskStore,
  name: string,
  input: JsonObject,
): Promise<ToolOutput> {
  const tool = createTaskTools(store).find((tool) => tool.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return await tool.execute(input, { callId: "c", signal: new AbortController().signal });
}

/** A call as a history has it. */
export function calledTask(callId: string, name: string, args: object): Item {
  return { kind: "tool_call", call_id: callId, name, arguments: JSON.stringify(args) };
}

/** What came of it; without a summary it failed. */
export function answeredTask(callId: string, summary?: string): Item {
  return summary === undefined
    ? { kind: "tool_result", call_id: callId, summary: "Tool execution failed: …", is_error: true }
    : { kind: "tool_result", call_id: callId, summary };
}
