import { Stop } from "../host/mod.ts";
import type { RunRequest } from "./accepted_run.ts";
import type { OutputFormat, PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { followRun } from "./follow_run.ts";
import { startLiveRun } from "./live_run.ts";

/** Nothing is shown of a run that is not waited for. */
const UNSEEN = { event() {}, warn() {} };

/** `pod send --wait`: gives a live pod an input, and shows its turn to the end. Returns the exit code. */
export async function sendAndFollow(
  console: PodConsole,
  name: string,
  text: string,
  format: OutputFormat,
): Promise<number> {
  // Whoever stops watching does not stop the pod.
  using stop = new Stop().onSignals().onAbort(console.stdout.closed, "output_closed");
  const renderer = console.createRenderer(format, { structured: false, quiet: false });
  return await followRun(
    { renderer, stop },
    (view) => startLiveRun(name, { kind: "run", text }, { view, stop, cancels: false }),
  );
}

/** `pod send` and `pod notify`: gives a live pod something, and waits until it is sure to keep it. */
export async function sendCommand(name: string, request: RunRequest): Promise<number> {
  using stop = new Stop();
  await using run = await startLiveRun(name, request, { view: UNSEEN, stop, cancels: false });
  await run.kept();
  return EXIT.finished;
}
