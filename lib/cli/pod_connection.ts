import { newId, PodError } from "../base/mod.ts";
import { PodClient, socketAnswers, SocketError, socketPath } from "../ipc/mod.ts";
import { isPodName, resolvePaths } from "../manifest/mod.ts";
import type { Event, Method } from "../protocol/mod.ts";

/** The path of the socket of the pod with this name, whether it is live or not. */
export function socketOf(name: string): string {
  const { runtime } = resolvePaths((variable) => Deno.env.get(variable));
  if (runtime === null) {
    throw new PodError(
      "no_directory",
      "could not resolve runtime directory (set POD_HOME or HOME)",
    );
  }
  return socketPath(runtime, name);
}

/** Whether a pod of this name runs now. */
export async function isLive(name: string): Promise<boolean> {
  return isPodName(name) && await socketAnswers(socketOf(name));
}

/**
 * Connects to a live pod.
 *
 * @throws {PodError} `not_live` when nobody answers there.
 */
export async function connectPod(name: string): Promise<PodClient> {
  try {
    return await PodClient.connect(socketOf(name));
  } catch (error) {
    if (!(error instanceof SocketError) || error.code !== "unreachable") throw error;
    const message = `pod \`${name}\` is not running; start it with: pod start ${name}`;
    throw new PodError("not_live", message, { cause: error });
  }
}

/** How a pod took a method: the event that shows it, or its refusal. */
export type Acceptance =
  | { readonly accepted: true; readonly event: Event }
  | { readonly accepted: false; readonly code: string; readonly message: string };

/**
 * Sends a method and waits for what shows that it was taken.
 *
 * @param isEvidence whether an event is that
 * @param seen takes every event meanwhile, in order
 * @throws {PodError} `not_live` when the pod goes away before it has answered.
 */
export async function sendMethod(
  client: PodClient,
  method: Method,
  isEvidence: (event: Event) => boolean,
  seen: (event: Event) => void = () => {},
): Promise<Acceptance> {
  const id = newId();
  await client.send({ ...method, id });
  for await (const event of client) {
    if (event.event === "error" && event.reply_to === id) {
      return { accepted: false, ...event.data };
    }
    seen(event);
    if (event.reply_to === id || isEvidence(event)) return { accepted: true, event };
  }
  throw new PodError("not_live", "the pod went away before it answered");
}
