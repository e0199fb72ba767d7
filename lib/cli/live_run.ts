import { newId, sleep } from "../base/mod.ts";
import type { Stop } from "../host/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import { podsDirectory, resolvePaths } from "../manifest/mod.ts";
import type { RunEnd } from "../pod/mod.ts";
import type { Event, Method, PodStatus } from "../protocol/mod.ts";
import { PodMetadataStore } from "../session/mod.ts";
import {
  type AcceptedRun,
  keptForLater,
  type RunIds,
  type RunRequest,
  type RunView,
} from "./accepted_run.ts";
import { StoppedError, unlessStopped } from "./ending.ts";
import { LiveError } from "./live_error.ts";
import { ask, connectPod, nameOf, tell, unlessRefused, wentAway } from "./pod_connection.ts";
import { endOf, statusOf } from "./read_event.ts";
import { liveReferences } from "./references.ts";
import { untilTold } from "./until_told.ts";

/** How long a pod may take to end a run that it was asked to cancel. */
const CANCEL_MS = 10_000;

/** How the run of a live pod is followed. */
export interface LiveRunOptions {
  readonly view: RunView;
  /** Ends the following when it asks for that. */
  readonly stop: Stop;
  /** Whether that also cancels the run, if it is this client's own. */
  readonly cancels: boolean;
}

/**
 * Gives a live pod something to do.
 *
 * @throws {PodError} `not_live`, and as `ask`; a refusal is for the methods of the run to throw.
 */
export async function startLiveRun(
  name: string,
  request: RunRequest,
  options: LiveRunOptions,
): Promise<LiveRun> {
  const client = await connectPod(name);
  try {
    let { status } = client.snapshot.data;
    const method = await methodOf(client, request, options.view);
    const answer = await ask(client, method, (event) => {
      status = statusOf(event) ?? status;
    });
    return new LiveRun({ client, request, status, answer, ...options });
  } catch (error) {
    client.close();
    throw error;
  }
}

async function methodOf(client: PodClient, request: RunRequest, view: RunView): Promise<Method> {
  if (request.kind === "notify") return { method: "notify", params: { message: request.text } };
  const warn = (message: string) => view.warn(message);
  return { method: "run", params: { input: await liveReferences(client, request.input, warn) } };
}

/** The event that an input is on disk, or the end of a run that did not get that far. */
async function untilCommitted(client: PodClient): Promise<Event | RunEnd> {
  for await (const event of client) {
    if (event.event === "user_message") return event;
    const end = endOf(event);
    if (end !== null) return end;
  }
  throw wentAway(nameOf(client));
}

/** What a `LiveRun` starts with. */
interface LiveRunParts extends LiveRunOptions {
  readonly client: PodClient;
  readonly request: RunRequest;
  /** What the pod was doing before. */
  readonly status: PodStatus;
  /** What the pod said to the request; nothing behind it has been read yet. */
  readonly answer: Event;
}

/** A run of a live pod, followed over its socket. */
export class LiveRun implements AcceptedRun {
  readonly name: string;
  readonly #parts: LiveRunParts;

  constructor(parts: LiveRunParts) {
    this.name = nameOf(parts.client);
    this.#parts = parts;
  }

  /** As the pod's metadata says: a snapshot does not name the segment. */
  async ids(): Promise<RunIds> {
    const { data } = resolvePaths((variable) => Deno.env.get(variable));
    const store = data === null ? null : new PodMetadataStore(podsDirectory(data));
    const active = (await store?.read(this.name))?.active;
    return { sessionId: active?.session_id ?? null, segmentId: active?.segment_id ?? null };
  }

  async follow(): Promise<RunEnd> {
    const { client, request, answer, view } = this.#parts;
    view.event(client.snapshot);
    unlessRefused(client, answer);
    return request.kind === "run"
      ? await this.#followOwn()
      : await this.#followNotification(request.text);
  }

  async again(content: string): Promise<RunEnd> {
    const { client } = this.#parts;
    const input = [{ kind: "text" as const, content }];
    unlessRefused(client, await ask(client, { method: "run", params: { input } }));
    return await this.#followOwn();
  }

  /**
   * Resolves when the request is on disk.
   *
   * @throws {LiveError} when it does not get there
   */
  async kept(): Promise<void> {
    const { client, request, status, answer } = this.#parts;
    unlessRefused(client, answer);
    // A pod that has something else to do, or is to do nothing, has written it down at once.
    if (request.kind === "notify" && status !== "idle") return;
    const end = request.kind === "run"
      ? await untilCommitted(client)
      : await untilTold(client, request.text, answer);
    if (end !== "paused" && "code" in end) throw new LiveError(end.code, end.message);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#parts.client.close();
    return Promise.resolve();
  }

  /** The next run that ends is the one that was asked for: the pod was free when it took it. */
  async #followOwn(): Promise<RunEnd> {
    const { client, stop, cancels } = this.#parts;
    if (!cancels) return await unlessStopped(this.#toItsEnd(), stop);
    const givenUp = stop.requested().then(async () => {
      // With an id, its refusal by a pod that has just finished is not taken for the end of the run.
      await tell(client, { method: "cancel", id: newId() });
      await sleep(CANCEL_MS);
      throw new StoppedError();
    });
    return await Promise.race([this.#toItsEnd(), givenUp]);
  }

  /**
   * The run in which the model is told is the one that goes on, or one that begins because of it. It is
   * shown from there on: what was said before is somebody else's, and so is the run to cancel.
   */
  async #followNotification(text: string): Promise<RunEnd> {
    const { client, answer, view, stop } = this.#parts;
    const told = await unlessStopped(untilTold(client, text, answer), stop);
    if (told === "paused") return keptForLater(this.name, view);
    if ("result" in told) return told;
    for (const event of told.events) view.event(event);
    return told.isOwn ? await this.#followOwn() : await unlessStopped(this.#toItsEnd(), stop);
  }

  /** Up to the status that the pod has after the end. */
  async #toItsEnd(): Promise<RunEnd> {
    let end: RunEnd | null = null;
    for await (const event of this.#parts.client) {
      this.#parts.view.event(event);
      if (end !== null && statusOf(event) !== null) return end;
      end ??= endOf(event);
    }
    if (end === null) throw wentAway(this.name);
    return end;
  }
}
