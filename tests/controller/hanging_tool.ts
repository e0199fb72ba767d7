import type { PodClient } from "../../lib/ipc/mod.ts";
import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import { answer, call, EventModel, type Played, text } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { hearUntil, userInput } from "./hear.ts";

/** An answer that begins with a text and does not go on. */
export function half(words: string): Played {
  return { events: text(words)(0).slice(0, -1), stall: true };
}

/** A pod whose model has called a tool that hangs, and a client that has heard of it. */
export interface HangingTool extends AsyncDisposable {
  readonly served: ServedPod;
  readonly client: PodClient;
  readonly model: EventModel;
  readonly tool: CountingTool;
}

/**
 * Runs the input `go`, to which the model answers with calls. The tool does a call named `quick` at once
 * and hangs in all others.
 *
 * @param inOrder whether the calls wait for each other.
 */
export async function hangInTool(
  calls: readonly string[],
  { inOrder = false }: { readonly inOrder?: boolean } = {},
): Promise<HangingTool> {
  const { promise: hangs, resolve: hang } = Promise.withResolvers<void>();
  const tool = new CountingTool("Look", async (_input, { callId, signal }) => {
    if (callId === "quick") return { summary: "done" };
    if (inOrder || callId === calls.findLast((id) => id !== "quick")) hang();
    await untilAborted(signal);
    throw signal.reason;
  }, { inOrder });
  const model = new EventModel(
    answer(...calls.map((id) => call(id, "Look", "{}"))),
    answer(text("after all")),
    answer(text("and more")),
  );
  const served = await ServedPod.start({ model, tools: [tool] });
  const client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "turn_end 0");
  await hangs;
  return {
    served,
    client,
    model,
    tool,
    async [Symbol.asyncDispose]() {
      client.close();
      await served[Symbol.asyncDispose]();
    },
  };
}
