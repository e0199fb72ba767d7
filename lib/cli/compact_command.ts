import { Stop } from "../host/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import type { Event } from "../protocol/mod.ts";
import type { PodConsole } from "./console.ts";
import { StoppedError, unlessStopped } from "./ending.ts";
import { EXIT, EXIT_OF_STOP } from "./exit_code.ts";
import { LiveError } from "./live_error.ts";
import { COMPACTED, COMPACTING } from "./output/text_renderer.ts";
import { ask, connectPod, howToGoBack, nameOf, unlessRefused, wentAway } from "./pod_connection.ts";
import { endOf, statusOf } from "./read_event.ts";

/**
 * `pod compact`: has a live pod make room in its context, and waits for that. Whoever does not wait to the
 * end leaves it to the pod. Returns the exit code.
 */
export async function compactCommand(console: PodConsole, name: string): Promise<number> {
  using client = await connectPod(name);
  const early: Event[] = [];
  const answer = await ask(client, { method: "compact" }, (event) => early.push(event));
  if (statusOf(unlessRefused(client, answer)) !== "running") refuse(early);

  using stop = new Stop().onSignals();
  const { spinner, stderr } = console;
  spinner?.start(COMPACTING);
  let previous: string | null;
  try {
    previous = await unlessStopped(untilCompacted(client), stop);
  } catch (error) {
    if (!(error instanceof StoppedError) || stop.reason === null) throw error;
    spinner?.stop();
    stderr.write(`[pod \`${name}\` goes on compacting; \`pod cancel ${name}\` stops that]\n`);
    return EXIT_OF_STOP[stop.reason];
  } finally {
    spinner?.stop();
  }
  stderr.write(`[${COMPACTED}]\n`);
  if (previous !== null) {
    stderr.write(`[what was before is kept: ${howToGoBack(client, previous)}]\n`);
  }
  return EXIT.finished;
}

/** A compaction that does not begin is told to all clients, with the reason. */
function refuse(early: readonly Event[]): never {
  const alert = early.findLast((event) =>
    event.event === "alert" && event.data.source === "compactor"
  );
  const reason = alert?.event === "alert" ? alert.data.message : "there is nothing to compact";
  throw new LiveError("not_done", reason);
}

/** The id of the segment that holds what was before; null when the pod does not tell. */
async function untilCompacted(client: PodClient): Promise<string | null> {
  let previous: string | null = null;
  for await (const event of client) {
    if (event.event === "segment_rotated") {
      previous = event.data.entry.compacted_from?.segment_id ?? previous;
    }
    if (event.event === "compact_done") return previous;
    const end = event.event === "compact_failed" ? event.data.error : endMessage(event);
    if (end === "Cancelled") throw notDone("was stopped");
    if (end !== null) throw notDone(`failed: ${end}`);
  }
  throw wentAway(nameOf(client));
}

function notDone(outcome: string): LiveError {
  return new LiveError("not_done", `the conversation is as it was: the compaction ${outcome}`);
}

/** It can fail before it has begun. */
function endMessage(event: Event): string | null {
  const end = endOf(event);
  return end !== null && "code" in end ? end.message : null;
}
