import type { Tool } from "../../lib/agent/mod.ts";
import { newId } from "../../lib/base/mod.ts";
import { BUILTIN_PROMPTS } from "../../lib/context/mod.ts";
import { Pod, type PodParts, type RunEnd, type StopIntent } from "../../lib/pod/mod.ts";
import {
  DEFAULT_REQUEST_CONFIG,
  type Entry,
  type Event,
  type Item,
  messageText,
} from "../../lib/protocol/mod.ts";
import { BUILTIN_CATALOG, type Model, openModel, resolveModel } from "../../lib/providers/mod.ts";
import { type Log, replay, type SessionState, SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";

/** What is special about a pod under test. */
export interface BenchOptions extends Partial<Omit<PodParts, "model">> {
  /** A scenario as text, or any model. */
  readonly model: string | Model;
  /** The text of a log to go on with. */
  readonly logText?: string;
  readonly wrapLog?: (log: Log) => Log;
}

/** When a run is to be stopped, and by whom. */
export type StopAt = (event: Event) => StopIntent | undefined;

/** A tool that says back what it is given. */
export const echo: Tool = {
  name: "Echo",
  description: "Says it back.",
  inputSchema: { type: "object" },
  execute: (input) => Promise.resolve({ summary: `said ${JSON.stringify(input)}` }),
};

/** A pod with a session log on disk, and everything that can be seen of it. */
export class Bench implements Disposable {
  /** All events, in order. */
  readonly events: Event[] = [];
  /** What happened, in order: `L` an entry in the log, `S` an event, each with what it says. */
  readonly story: string[] = [];
  readonly store: SessionStore;
  readonly parts: PodParts;
  /** Called with each event when it is published. */
  onEvent: (event: Event) => void = () => {};
  pod: Pod;
  readonly #root: string;
  readonly #wrapLog: (log: Log) => Log;
  #segmentId: string;
  #toldEntries = 0;
  /** Entries of somebody else in the log that the pod does not know. */
  #foreignEntries = 0;
  #stop = new AbortController();
  #stopAt: StopAt = () => undefined;

  private constructor(options: BenchOptions, model: Model) {
    const { logText, wrapLog = (log: Log) => log, model: _, ...parts } = options;
    this.#root = Deno.makeTempDirSync({ prefix: "pod-pod-" });
    this.#wrapLog = wrapLog;
    this.store = new SessionStore(`${this.#root}/sessions`);
    const { sessionId = newId() } = options;
    this.#segmentId = newId();
    this.parts = {
      name: "test",
      cwd: this.#root,
      sessionId,
      segmentId: this.#segmentId,
      model,
      tools: [echo],
      config: { ...DEFAULT_REQUEST_CONFIG },
      scopeRules: () => ({
        allow: [{ target: this.#root, permission: "write", recursive: true }],
        deny: [],
      }),
      scopeSummary: () => `Writable:\n  - ${this.#root}`,
      renderSystemPrompt: () => "You are a test.",
      prompts: BUILTIN_PROMPTS,
      createLog: async (segmentId, entries) => {
        this.#segmentId = segmentId;
        this.#toldEntries = 0;
        this.#foreignEntries = 0;
        return wrapLog(await this.store.createSegment(sessionId, segmentId, entries));
      },
      publish: (event) => this.#take(event),
      retryPolicy: { maxAttempts: 2, baseMs: 0, capMs: 0, budgetMs: 1000 },
      ...parts,
    };
    if (logText === undefined) {
      this.pod = new Pod(this.parts);
      return;
    }
    Deno.mkdirSync(`${this.store.root}/${sessionId}`, { recursive: true });
    Deno.writeTextFileSync(this.path, logText);
    this.pod = this.#restored();
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const { model } = options;
    return new Bench(options, typeof model === "string" ? await playScenario(model) : model);
  }

  /** The log that is written to. */
  get path(): string {
    return this.store.segmentPath(this.parts.sessionId, this.#segmentId);
  }

  entries(): Entry[] {
    const { sessionId } = this.parts;
    if (!this.store.segmentExists(sessionId, this.#segmentId)) return [];
    return [...this.store.readEntries(sessionId, this.#segmentId)];
  }

  kinds(): string[] {
    return this.entries().map((entry) => entry.kind);
  }

  /** What somebody who reads the log takes the pod to be. */
  replayed(): SessionState {
    return replay(this.entries());
  }

  /** What waits on disk for the model. */
  waiting(): string[] {
    return this.replayed().notifications.map(({ queued }) =>
      queued.kind === "notification" ? queued.message : queued.event.kind
    );
  }

  /** Names of the events so far. */
  eventNames(): string[] {
    return this.events.map(({ event }) => event);
  }

  /** Runs one input; `stopAt` is asked at each event. */
  run(content: string, stopAt?: StopAt): Promise<RunEnd> {
    return this.#drive((signal) => this.pod.run([{ kind: "text", content }], signal), stopAt);
  }

  resume(stopAt?: StopAt): Promise<RunEnd> {
    return this.#drive((signal) => this.pod.resume(signal), stopAt);
  }

  runNotifications(trigger: "notify" | "pod_event" = "notify", stopAt?: StopAt): Promise<RunEnd> {
    return this.#drive((signal) => this.pod.runNotifications(trigger, signal), stopAt);
  }

  /** Stops the run that goes on. */
  stop(intent: StopIntent): void {
    this.#stop.abort(intent);
  }

  /** What follows in the story when `act` is done. */
  async tell(act: () => Promise<unknown> | void): Promise<string[]> {
    const start = this.story.length;
    await act();
    this.#tellEntries();
    return this.story.slice(start);
  }

  /** The process goes away, and a new one goes on with the log; some parts may be others. */
  restart(others: Partial<Pick<PodParts, "model" | "tools" | "tasks">> = {}): void {
    this.pod[Symbol.dispose]();
    this.pod = this.#restored(others);
  }

  /** The process dies, and what is on disk is what was there at some moment before. */
  dieWith({ segmentId, logText }: { segmentId: string; logText: string }): void {
    this.#segmentId = segmentId;
    Deno.writeTextFileSync(this.path, logText);
    this.restart();
  }

  /** Somebody else writes an entry to the log. */
  appendForeign(entry: Entry): void {
    Deno.writeTextFileSync(this.path, `${JSON.stringify(entry)}\n`, { append: true });
    this.#toldEntries++;
    this.#foreignEntries++;
  }

  /** What the log says is what the pod has in memory. */
  assertWhole(): void {
    const state = this.replayed();
    deepEqual(state.history, this.pod.history);
    equal(state.entryCount, this.pod.entryCount + this.#foreignEntries);
    equal(state.turnCount, this.pod.turnCount);
    equal(state.paused, this.pod.status === "paused");
  }

  [Symbol.dispose](): void {
    this.pod[Symbol.dispose]();
    Deno.removeSync(this.#root, { recursive: true });
  }

  #restored(others: Partial<PodParts> = {}): Pod {
    const { sessionId } = this.parts;
    const { log, kept: state } = this.store.openSegment(sessionId, this.#segmentId, replay);
    this.#toldEntries = log.length;
    this.#foreignEntries = 0;
    const parts = { ...this.parts, ...others, segmentId: this.#segmentId };
    return new Pod(parts, { log: this.#wrapLog(log), state });
  }

  #drive(start: (signal: AbortSignal) => Promise<RunEnd>, stopAt: StopAt = () => undefined) {
    this.#stop = new AbortController();
    this.#stopAt = stopAt;
    return start(this.#stop.signal).finally(() => this.#stopAt = () => undefined);
  }

  #take(event: Event): void {
    this.#tellEntries();
    this.story.push(`S ${event.event}${told("data" in event ? event.data : {})}`);
    this.events.push(event);
    // They came after all inputs: the run that sees them goes on elsewhere.
    if (event.event === "rewind_applied") this.#foreignEntries = 0;
    this.onEvent(event);
    const intent = this.#stopAt(event);
    if (intent !== undefined) this.stop(intent);
  }

  #tellEntries(): void {
    const entries = this.entries();
    if (entries.length < this.#toldEntries) this.story.push(`L cut to ${entries.length} entries`);
    for (const { kind, ts: _, ...rest } of entries.slice(this.#toldEntries)) {
      this.story.push(`L ${kind}${told(rest)}`);
    }
    this.#toldEntries = entries.length;
  }
}

/** Stops a run at the first event of that name. */
export function at(name: Event["event"], intent: StopIntent): StopAt {
  return ({ event }) => event === name ? intent : undefined;
}

/** The lines of a story without what they say. */
export function names(story: readonly string[]): string[] {
  return story.map((line) => line.split(" ", 2).join(" "));
}

/** What a model was asked, an item a line. */
export function brief(items: readonly Item[]): string[] {
  return items.map((item) => {
    switch (item.kind) {
      case "message":
        return `${item.role}: ${messageText(item)}`;
      case "tool_call":
        return `call ${item.call_id}`;
      case "tool_result":
        return `result ${item.call_id}: ${item.summary}`;
      case "reasoning":
        return `thought: ${item.text}`;
    }
  });
}

/** A log on a disk that cannot take some entries. */
export function failingAt(log: Log, isTooMuch: (entry: Entry) => boolean): Log {
  return changed(log, {
    append(...entries) {
      if (entries.some(isTooMuch)) throw new Error("no space left on device");
      log.append(...entries);
    },
  });
}

/** A log that does some things in another way. */
export function changed(log: Log, other: Partial<Pick<Log, "append" | "sync" | "truncate">>): Log {
  return {
    get length() {
      return log.length;
    },
    get drifted() {
      return log.drifted;
    },
    append: (...entries) => log.append(...entries),
    readText: () => log.readText(),
    readEntries: () => log.readEntries(),
    copy: (segmentId) => log.copy(segmentId),
    sync: () => log.sync(),
    truncate: (count, ...kept) => log.truncate(count, ...kept),
    close: () => log.close(),
    [Symbol.dispose]: () => log.close(),
    ...other,
  };
}

async function playScenario(text: string): Promise<Model> {
  const resolved = resolveModel({ ref: "scripted/test.toml" }, BUILTIN_CATALOG);
  return await openModel(resolved, { kind: "none" }, { readText: () => Promise.resolve(text) });
}

function told(data: object): string {
  return Object.keys(data).length === 0 ? "" : ` ${JSON.stringify(data)}`;
}
