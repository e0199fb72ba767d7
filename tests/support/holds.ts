import type { PodClient } from "../../lib/ipc/mod.ts";
import type { Event } from "../../lib/protocol/mod.ts";
import { eventually } from "./eventually.ts";
import { processesWith } from "./marked_processes.ts";
import type { Answer } from "./model_server.ts";
import type { Workspace } from "./pod_process.ts";
import { untilIdle, userInput } from "./talk.ts";

const PROCESSES = 50;

/** None of them cares about the signals that ask a program to end. */
const PROCESS_TREE = `trap '' TERM INT HUP; for i in $(seq ${
  PROCESSES / 2
}); do (sleep 1000; sleep 1000) & done; wait`;

/** Something that a run does not get over by itself. */
export interface Hold {
  readonly name: string;
  /** What the model's server does with the request of this index. */
  readonly answer: (index: number) => Answer;
  /** The event after which it is, or soon will be, so far. */
  readonly from: Event["event"];
  /** Processes that run then. */
  readonly processes?: number;
}

/** What a run can be stopped in. */
export const HOLDS: readonly Hold[] = [
  {
    name: "while the model does not answer",
    answer: () => ({ delayMs: Infinity }),
    from: "llm_call_start",
  },
  {
    name: "while the model stalls in its answer",
    answer: () => ({ text: ["half ", "an answer"], stallAfterEvents: 4 }),
    from: "text_delta",
  },
  {
    name: `while Bash runs ${PROCESSES} processes`,
    answer: (index) => ({
      toolCalls: [{ id: `tree_${index}`, name: "Bash", input: { command: PROCESS_TREE } }],
    }),
    from: "tool_call_done",
    processes: PROCESSES,
  },
  {
    name: "in the wait before a retry",
    answer: () => ({ status: 503, errorBody: "busy", headers: { "retry-after": "30" } }),
    from: "llm_retry",
  },
];

/** Sends an input to an idle pod and waits until its run is held. */
export async function runInto(hold: Hold, client: PodClient, workspace: Workspace): Promise<void> {
  await client.send(userInput("hold"));
  for await (const { event } of client) if (event === hold.from) break;
  const { processes = 0 } = hold;
  await eventually(`${processes} processes run`, () => {
    const found = processesWith(workspace.root).filter((line) => line.includes("sleep 1000"));
    return found.length >= processes;
  });
}

/** Cancels the run of a pod and waits until the pod is idle. Returns the events until then. */
export async function cancel(client: PodClient): Promise<Event[]> {
  await client.send({ method: "cancel" });
  return await untilIdle(client);
}
