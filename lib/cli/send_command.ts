import { Stop } from "../host/mod.ts";
import type { RunRequest } from "./accepted_run.ts";
import { EXIT } from "./exit_code.ts";
import { followRun } from "./follow_run.ts";
import { startLiveRun } from "./live_run.ts";
import type { Renderer } from "./output/renderer.ts";

/** Nothing is shown of a run that is not waited for. */
const UNSEEN = { event() {}, warn() {} };

/** `pod send --wait`: gives a live pod an input, and shows its turn to the end. Returns the exit code. */
export async function sendAndFollow(
  name: string,
  text: string,
  renderer: Renderer,
): Promise<number> {
  // When this program is interrupted, the pod goes on.
  using stop = new Stop();
  return await followRun(
    { renderer, stop },
    (view) => startLiveRun(name, { kind: "run", text }, view, stop),
  );
}

/** `pod send` and `pod notify`: gives a live pod something, and waits until it is sure to keep it. */
export async function sendCommand(name: string, request: RunRequest): Promise<number> {
  using stop = new Stop();
  await using run = await startLiveRun(name, request, UNSEEN, stop);
  await run.kept();
  return EXIT.finished;
}
