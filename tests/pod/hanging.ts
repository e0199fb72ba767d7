import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import { type Played, text } from "../support/event_model.ts";

/** A stream that opens and then says nothing. */
export const SILENT: Played = { stall: true };

/** A text that begins and then hangs. */
export function half(words: string): Played {
  return { events: text(words)(0).slice(0, -1), stall: true };
}

/** A tool that holds back the calls after it, and hangs until it is stopped. */
export function hangingTool(onBegin: (callId: string) => void): CountingTool {
  return new CountingTool("Hang", async (_input, { callId, signal }) => {
    onBegin(callId);
    await untilAborted(signal);
    throw new Error("stopped");
  }, { inOrder: true });
}
