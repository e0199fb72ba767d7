import { PodError, sleep } from "../base/mod.ts";
import { findByName, isAlive, PodRegistry } from "../ipc/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { LiveError } from "./live_error.ts";
import { ask, connectPod, isLive, runtimeBase } from "./pod_connection.ts";

/** A pod takes at most ten seconds to end. */
const END_MS = 15_000;
const LOOK_EVERY_MS = 20;

/** `pod stop`: ends a live pod, and waits until its process is gone. The name is free then. */
export async function stopCommand({ stderr }: PodConsole, name: string): Promise<number> {
  const onWarning = (message: string) => stderr.write(`pod: warning: ${message}\n`);
  const pod = findByName(await new PodRegistry(runtimeBase(), { onWarning }).list(), name);
  const until = performance.now() + END_MS;
  let isTold = await shutDown(name, pod !== undefined);
  while (pod === undefined ? await isLive(name) : isAlive(pod)) {
    if (performance.now() > until) {
      throw new LiveError(
        "not_done",
        `pod \`${name}\` has not ended within ${END_MS / 1000} s; its process is ${pod?.pid}`,
      );
    }
    await sleep(LOOK_EVERY_MS);
    isTold ||= await shutDown(name, true);
  }
  return EXIT.finished;
}

/**
 * Whether the pod knows that it is to end. One that has a process, but does not listen, is either
 * beginning or ending.
 */
async function shutDown(name: string, hasProcess: boolean): Promise<boolean> {
  try {
    using client = await connectPod(name);
    await ask(client, { method: "shutdown" });
    return true;
  } catch (error) {
    if (error instanceof LiveError && error.code === "shutting_down") return true;
    if (hasProcess && error instanceof PodError && error.code === "not_live") return false;
    throw error;
  }
}
