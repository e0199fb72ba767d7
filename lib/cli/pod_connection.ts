import { newId, PodError } from "../base/mod.ts";
import { REJECTIONS } from "../controller/mod.ts";
import { PodClient, socketAnswers, SocketError, socketPath } from "../ipc/mod.ts";
import { isPodName, resolvePaths } from "../manifest/mod.ts";
import type { Event, Method } from "../protocol/mod.ts";
import { LiveError } from "./live_error.ts";

/** How long a pod may take to answer a method; it does so at once unless something is wrong. */
const ANSWER_MS = 20_000;

/** Base of the runtime directories. */
export function runtimeBase(): string {
  const { runtime } = resolvePaths((variable) => Deno.env.get(variable));
  if (runtime !== null) return runtime;
  throw new PodError(
    "no_directory",
    "could not resolve runtime directory (set POD_HOME or HOME)",
  );
}

/** Whether a pod of this name runs now. */
export async function isLive(name: string): Promise<boolean> {
  return isPodName(name) && await socketAnswers(socketPath(runtimeBase(), name));
}

/**
 * Connects to a live pod.
 *
 * @throws {PodError} `not_live` when nobody listens there
 * @throws {LiveError} `shutting_down`, `silent`
 */
export async function connectPod(name: string): Promise<PodClient> {
  try {
    return await PodClient.connect(socketPath(runtimeBase(), name));
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    if (error.code === "closed") throw shuttingDown(name, error);
    if (error.code === "timeout") throw silent(name, error);
    if (error.code === "unreachable") throw notLive(name, error);
    throw error;
  }
}

function notLive(name: string, error: SocketError): PodError {
  const { cause } = error;
  const isNobodyThere = cause instanceof Deno.errors.NotFound ||
    cause instanceof Deno.errors.ConnectionRefused ||
    cause instanceof Deno.errors.ConnectionReset;
  const message = isNobodyThere
    ? `pod \`${name}\` is not running; \`pod ls --all\` lists all pods, ` +
      `\`pod start ${name}\` starts this one`
    : `pod \`${name}\` cannot be reached: ${error.message}`;
  return new PodError("not_live", message, { cause: error });
}

/** The error for a pod that was there and is no more. */
export function wentAway(name: string): LiveError {
  return new LiveError("went_away", `pod \`${name}\` went away; \`pod ls\` lists those there are`);
}

function silent(name: string, cause: unknown): LiveError {
  const message = `pod \`${name}\` does not answer: its process hangs, or is stopped`;
  return new LiveError("silent", message, { cause });
}

/** The name of the pod at the other end. */
export function nameOf({ snapshot }: PodClient): string {
  return snapshot.data.greeting.pod_name;
}

/** What to type to have a pod go on from another segment of its session. */
export function howToGoBack(client: PodClient, segmentId: string): string {
  const name = nameOf(client);
  return `\`pod stop ${name}; pod start ${name} --session ${segmentId}\` goes back there`;
}

/**
 * Sends a method and waits for the pod's answer to it: what was asked for, a refusal (an `error`), or
 * the `status` in which the method has left the pod.
 *
 * @param seen takes every other event until then, in order
 * @throws {LiveError} `shutting_down` when the pod does not do it because it is about to end, `went_away`
 * when it is gone before it has answered, `silent`.
 */
export async function ask(
  client: PodClient,
  method: Method,
  seen: (event: Event) => void = () => {},
): Promise<Event> {
  const name = nameOf(client);
  const id = newId();
  await tell(client, { ...method, id });
  let isEnding = false;
  for (;;) {
    const event = await nextEvent(client);
    if (event === null) throw isEnding ? shuttingDown(name) : wentAway(name);
    if (event.reply_to === id) return unlessShuttingDown(name, event);
    isEnding ||= event.event === "shutdown";
    seen(event);
  }
}

/**
 * An answer that is no refusal.
 *
 * @throws {LiveError} with the code of the refusal
 */
export function unlessRefused(
  client: PodClient,
  answer: Event,
): Exclude<Event, { event: "error" }> {
  if (answer.event !== "error") return answer;
  const { code, message } = answer.data;
  const name = nameOf(client);
  throw new LiveError(code, `pod \`${name}\` refused: ${message}${adviceOn(message, name)}`);
}

/** What a person can do about a refusal, whose own words are the protocol's. */
function adviceOn(message: string, name: string): string {
  const { running, runningNoRewind, pausedNoCompact, pausedNoRewind } = REJECTIONS;
  switch (message) {
    case running.message:
    case runningNoRewind.message:
      return ` (\`pod cancel ${name}\` stops that)`;
    case pausedNoCompact.message:
    case pausedNoRewind.message:
      return ` (\`pod resume ${name}\` finishes the turn, \`pod cancel ${name}\` gives it up)`;
    default:
      return "";
  }
}

/**
 * Sends a method to a pod that may be gone. What it has said last, and is still to be read, tells more
 * than that it cannot be written to.
 */
export async function tell(client: PodClient, method: Method): Promise<void> {
  try {
    await client.send(method);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
  }
}

async function nextEvent(client: PodClient): Promise<Event | null> {
  try {
    return await client.receive(ANSWER_MS);
  } catch (error) {
    if (error instanceof SocketError) throw silent(nameOf(client), error);
    throw error;
  }
}

function unlessShuttingDown(name: string, answer: Event): Event {
  const { shuttingDown: { message } } = REJECTIONS;
  if (answer.event === "error" && answer.data.message === message) throw shuttingDown(name);
  return answer;
}

function shuttingDown(name: string, cause?: unknown): LiveError {
  const message = `pod \`${name}\` is about to end and takes nothing more`;
  return new LiveError("shutting_down", message, { cause });
}
