import { type Client, PodClient, PodServer, type PodServerOptions } from "../../lib/ipc/mod.ts";
import type { Event, Method } from "../../lib/protocol/mod.ts";

/** A method as it arrived, and who sent it. */
export interface Arrival {
  readonly method: Method;
  readonly client: Client;
}

type Options = Partial<Omit<PodServerOptions, "path" | "prelude">>;

/**
 * The least that a socket needs behind it: a text that grows by `text_delta` events and is in the snapshot
 * of who comes later, and a list of the methods that came.
 */
export class TestPod implements AsyncDisposable {
  readonly arrivals: Arrival[] = [];
  readonly errors: unknown[] = [];
  readonly alerts: Event[] = [];
  /** What has been said so far. */
  text = "";
  /** How many snapshots were made. */
  snapshots = 0;
  readonly path: string;
  readonly #directory: string;
  #server: PodServer | undefined;
  #waiting: { count: number; resolve: () => void }[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
    this.path = `${directory}/pod/sock`;
  }

  static async start(options: Options = {}): Promise<TestPod> {
    const pod = new TestPod(await Deno.makeTempDir({ prefix: "pod-ipc-" }));
    pod.#server = await PodServer.listen({
      path: pod.path,
      prelude: () => pod.#prelude(),
      onError: (error) => pod.errors.push(error),
      ...options,
      onMethod: (method, client) => {
        pod.#take({ method, client });
        return options.onMethod?.(method, client);
      },
    });
    return pod;
  }

  get server(): PodServer {
    if (this.#server === undefined) throw new Error("not started");
    return this.#server;
  }

  /** Resolves with all methods when `count` of them have come. */
  async methods(count: number): Promise<Method[]> {
    if (this.arrivals.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push({ count, resolve });
      await promise;
    }
    return this.arrivals.map(({ method }) => method);
  }

  /** Says more, to all clients and to those that come later. */
  say(text: string): void {
    this.text += text;
    this.server.publish({ event: "text_delta", data: { text } });
  }

  warn(message: string): void {
    const alert = alertEvent(message);
    this.alerts.push(alert);
    this.server.publish(alert);
  }

  connect(): Promise<PodClient> {
    return PodClient.connect(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close(0);
    await Deno.remove(this.#directory, { recursive: true });
  }

  #take(arrival: Arrival): void {
    this.arrivals.push(arrival);
    for (const { count, resolve } of this.#waiting) if (this.arrivals.length >= count) resolve();
  }

  #prelude(): Event[] {
    this.snapshots += 1;
    return [...this.alerts, snapshotEvent(this.text)];
  }
}

/** A snapshot of a running pod that has said `text` so far. */
export function snapshotEvent(text: string): Extract<Event, { event: "snapshot" }> {
  return {
    event: "snapshot",
    data: {
      entries: [],
      greeting: {
        pod_name: "main",
        cwd: "/work",
        provider: "scripted",
        model: "scripted/test",
        scope_summary: "",
        tools: [],
        context_window: 0,
        context_tokens: 0,
      },
      status: "idle",
      ...text !== "" && { in_flight: { blocks: [{ kind: "text", text }] } },
    },
  };
}

export function alertEvent(message: string): Extract<Event, { event: "alert" }> {
  return { event: "alert", data: { level: "warn", source: "pod", message, timestamp_ms: 1 } };
}

/** What the pod had said when the client came. */
export function textSoFar({ snapshot }: PodClient): string {
  const [block] = snapshot.data.in_flight?.blocks ?? [];
  return block?.kind === "text" ? block.text : "";
}

/** What the pod says next; null for any other event, or none. */
export async function nextText(client: PodClient): Promise<string | null> {
  const event = await client.receive();
  return event?.event === "text_delta" ? event.data.text : null;
}
