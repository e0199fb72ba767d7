import { printable } from "../base/mod.ts";
import { Stop } from "../host/mod.ts";
import type { InputSegment } from "../protocol/mod.ts";
import type { RunRequest } from "./accepted_run.ts";
import type { OutputFormat, PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { followRun } from "./follow_run.ts";
import { startLiveRun } from "./live_run.ts";

/** `pod send --wait`: gives a live pod an input, and shows its turn to the end. Returns the exit code. */
export async function sendAndFollow(
  console: PodConsole,
  name: string,
  input: readonly InputSegment[],
  format: OutputFormat,
): Promise<number> {
  // Whoever stops watching does not stop the pod.
  using stop = new Stop().onSignals().onAbort(console.stdout.closed, "output_closed");
  const renderer = console.createRenderer(format, { structured: false, quiet: false });
  return await followRun(
    { renderer, stop },
    (view) => startLiveRun(name, { kind: "run", input }, { view, stop, cancels: false }),
  );
}

/** `pod send` and `pod notify`: gives a live pod something, and waits until it is sure to keep it. */
export async function sendCommand(
  console: PodConsole,
  name: string,
  request: RunRequest,
): Promise<number> {
  using stop = new Stop();
  // A run that is not waited for is not shown.
  const view = {
    event() {},
    warn: (message: string) => console.stderr.write(`pod: warning: ${printable(message)}\n`),
  };
  await using run = await startLiveRun(name, request, { view, stop, cancels: false });
  await run.kept();
  return EXIT.finished;
}
