import type { Item } from "../../lib/protocol/mod.ts";
import { messageText } from "../../lib/protocol/mod.ts";
import type { Model, ModelEvent, ModelRequest } from "../../lib/providers/mod.ts";
import { yieldToEventLoop } from "../../lib/base/mod.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, apiError, call, text, thinking } from "../support/event_model.ts";

/** Inputs of the rich run, and of the one that comes after it. */
export const RICH = "look around";
export const NEXT = "what now";

/**
 * A model that answers by what the conversation has come to, so that a run can be stopped anywhere and
 * taken up again: it thinks, speaks and calls two tools at once; fails once; and then comes to an end.
 */
export class RichModel implements Model {
  readonly info = { provider: "test", id: "rich", scheme: "scripted", contextWindow: 1000 };
  readonly requests: ModelRequest[] = [];
  #hasFailed = false;

  unsupported(): string[] {
    return [];
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    this.requests.push(request);
    for (const event of this.#answer(request.items)) {
      await yieldToEventLoop();
      if (signal.aborted) return;
      yield event;
    }
  }

  #answer(items: readonly Item[]): ModelEvent[] {
    const input = items.findLast((item) => item.kind === "message" && item.role === "user");
    if (input?.kind === "message" && messageText(input) === NEXT) {
      return answer(text("all is well"));
    }
    if (!items.some((item) => item.kind === "tool_call")) {
      const calls = [call("call_1", "Look", "{}"), call("call_2", "Look", '{"at":', "1}")];
      return answer(thinking(undefined, "what is ", "there?"), text("I ", "look."), ...calls);
    }
    if (!this.#hasFailed) {
      this.#hasFailed = true;
      throw apiError(503, "busy");
    }
    return answer(text("there ", "it is"));
  }
}

/** The tool that this model calls; `onBegin` is told of each call. */
export function lookTool(onBegin: (callId: string) => void): CountingTool {
  return new CountingTool("Look", async (_input, { callId, signal }) => {
    onBegin(callId);
    await yieldToEventLoop();
    signal.throwIfAborted();
    return { summary: `seen in ${callId}` };
  });
}
