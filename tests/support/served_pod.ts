import type { Tool } from "../../lib/agent/mod.ts";
import { newId } from "../../lib/base/mod.ts";
import {
  BUILTIN_PROMPTS,
  type InputSources,
  listCompletions,
  resolveInput,
} from "../../lib/context/mod.ts";
import { AlertBuffer, Controller } from "../../lib/controller/mod.ts";
import { PodClient, PodServer } from "../../lib/ipc/mod.ts";
import { Pod, type PodParts } from "../../lib/pod/mod.ts";
import {
  type CompletionKind,
  DEFAULT_REQUEST_CONFIG,
  type Entry,
  type Event,
  type PodEvent,
} from "../../lib/protocol/mod.ts";
import { BUILTIN_CATALOG, type Model, openModel, resolveModel } from "../../lib/providers/mod.ts";
import { type Log, replay, SessionStore } from "../../lib/session/mod.ts";

/** What is special about a served pod. */
export interface ServedPodOptions
  extends Partial<Pick<PodParts, "maxTurns" | "retryPolicy" | "compaction">> {
  /** A scenario as text, or any model. */
  readonly model: string | Model;
  readonly tools?: readonly Tool[];
  /** What input can refer to. @default nothing */
  readonly inputs?: InputSources;
  /** Called after each line of the story. */
  readonly onStep?: (line: string) => void;
  /** Called before an entry is written; what it throws is what the disk says. */
  readonly onWrite?: (entry: Entry) => void;
  /** Called before what was written is made durable. */
  readonly onSync?: () => Promise<void>;
}

const RETRY_POLICY = { maxAttempts: 4, baseMs: 0, capMs: 0, budgetMs: 1000 };

/** A pod with its session log on disk, its controller, and a socket in front of it. */
export class ServedPod implements AsyncDisposable {
  /**
   * What happened, in order, a line each: `L: ` an entry in the log, `S< ` an event for all clients,
   * `U> ` a report to the parent.
   */
  readonly story: string[] = [];
  readonly root: string;
  readonly sessionId: string;
  readonly segmentId: string;
  readonly store: SessionStore;
  readonly #options: ServedPodOptions;
  readonly #ownsRoot: boolean;
  readonly #alerts = new AlertBuffer();
  #isClosed = false;
  #parts?: { pod: Pod; controller: Controller; server: PodServer; served: Promise<void> };

  private constructor(
    options: ServedPodOptions,
    earlier: Pick<ServedPod, "root" | "sessionId" | "segmentId"> | undefined,
  ) {
    this.#options = options;
    this.#ownsRoot = earlier === undefined;
    this.root = earlier?.root ?? Deno.makeTempDirSync({ prefix: "pod-served-" });
    this.sessionId = earlier?.sessionId ?? newId();
    this.segmentId = earlier?.segmentId ?? newId();
    this.store = new SessionStore(`${this.root}/sessions`);
  }

  /** @param earlier a pod that was shut down, whose session goes on; it is to be disposed of later. */
  static async start(options: ServedPodOptions, earlier?: ServedPod): Promise<ServedPod> {
    const served = new ServedPod(options, earlier);
    const { model } = options;
    await served.#start(typeof model === "string" ? await playScenario(model) : model);
    return served;
  }

  get pod(): Pod {
    return this.#running.pod;
  }

  get controller(): Controller {
    return this.#running.controller;
  }

  get path(): string {
    return `${this.root}/run/sock`;
  }

  /** When the pod was shut down and all clients have got what was said until then. */
  get ended(): Promise<void> {
    return this.#running.served;
  }

  /** The entries on disk; none while there is no log. */
  entries(): Entry[] {
    if (!this.store.segmentExists(this.sessionId, this.segmentId)) return [];
    return [...this.store.readEntries(this.sessionId, this.segmentId)];
  }

  connect(): Promise<PodClient> {
    return PodClient.connect(this.path);
  }

  /** A line without what differs from one run of a test to the next. */
  plain(line: string): string {
    return line
      .replaceAll(this.sessionId, "SESSION")
      .replaceAll(this.segmentId, "SEGMENT")
      .replaceAll(this.root, "/pod")
      .replaceAll(/"(ts|timestamp_ms|wait_ms|elapsed_ms)":\d+/g, '"$1":0');
  }

  /** Shuts the pod down, if it is not, and waits for the end of it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.controller.shutDown();
    await this.ended;
    this.pod[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    if (this.#ownsRoot) await Deno.remove(this.root, { recursive: true });
  }

  get #running() {
    if (this.#parts === undefined) throw new Error("not started");
    return this.#parts;
  }

  async #start(model: Model): Promise<void> {
    const { root, store, sessionId } = this;
    const { tools = [], maxTurns, retryPolicy = RETRY_POLICY, compaction, inputs } = this.#options;
    const parts: PodParts = {
      name: "test",
      cwd: root,
      sessionId,
      segmentId: this.segmentId,
      model,
      tools,
      maxTurns,
      retryPolicy,
      compaction,
      config: { ...DEFAULT_REQUEST_CONFIG },
      scopeRules: () => ({
        allow: [{ target: root, permission: "write", recursive: true }],
        deny: [],
      }),
      scopeSummary: () => `Writable:\n  - ${root}`,
      renderSystemPrompt: () => "You are a test.",
      prompts: BUILTIN_PROMPTS,
      resolveInput: inputs && ((segments, signal) => resolveInput(segments, inputs, signal)),
      createLog: async (segmentId, entries) => {
        for (const entry of entries) this.#options.onWrite?.(entry);
        const log = await store.createSegment(sessionId, segmentId, entries);
        for (const entry of entries) this.#tell("L: ", entry);
        return this.#watch(log);
      },
      publish: (event) => this.#publish(event),
    };
    const pod = new Pod(parts, this.#restore());
    const report = (event: PodEvent) => this.#tell("U> ", event);
    const complete = inputs &&
      ((kind: CompletionKind, prefix: string) => listCompletions(kind, prefix, inputs));
    const controller = new Controller({ pod, podName: "test", report, complete });
    const server = await PodServer.listen({
      path: this.path,
      prelude: () => [...this.#alerts.alerts, pod.snapshotJson()],
      onMethod: (method, client) => controller.handle(method, client),
      onError: (error) => {
        throw error;
      },
    });
    const served = Promise.resolve().then(() => controller.serve()).then(() => server.close());
    this.#parts = { pod, controller, server, served };
  }

  #restore() {
    if (!this.store.segmentExists(this.sessionId, this.segmentId)) return undefined;
    const { sessionId, segmentId } = this;
    const { log, kept: state } = this.store.openSegment(sessionId, segmentId, replay);
    return { log: this.#watch(log), state };
  }

  #publish(event: Event): void {
    this.#alerts.add(event);
    this.#running.server.publish(event);
    this.#tell("S< ", event);
  }

  #tell(tag: string, value: Entry | Event | PodEvent): void {
    const line = tag + JSON.stringify(value);
    this.story.push(line);
    this.#options.onStep?.(line);
  }

  #watch(log: Log): Log {
    const { onWrite, onSync } = this.#options;
    return {
      get length() {
        return log.length;
      },
      get drifted() {
        return log.drifted;
      },
      append: (...entries) => {
        for (const entry of entries) onWrite?.(entry);
        log.append(...entries);
        for (const entry of entries) this.#tell("L: ", entry);
      },
      truncate: (entryCount, ...kept) => {
        log.truncate(entryCount, ...kept);
        this.story.push(`L: cut to ${entryCount} entries`);
        for (const entry of kept) this.#tell("L: ", entry);
      },
      copy: (segmentId) => log.copy(segmentId),
      sync: async () => {
        await onSync?.();
        await log.sync();
      },
      readText: () => log.readText(),
      readEntries: () => log.readEntries(),
      close: () => log.close(),
      [Symbol.dispose]: () => log.close(),
    };
  }
}

/** A model that plays a scenario from a text. */
async function playScenario(text: string): Promise<Model> {
  const resolved = resolveModel({ ref: "scripted/test.toml" }, BUILTIN_CATALOG);
  return await openModel(resolved, { kind: "none" }, { readText: () => Promise.resolve(text) });
}
