import { type Counters, runTurns, type TurnsResult } from "../agent/mod.ts";
import { newId, PodError } from "../base/mod.ts";
import {
  type Entry,
  type Event,
  flattenSegments,
  type Greeting,
  type InputSegment,
  type InvokeKind,
  type Item,
  openToolCalls,
  type PodStatus,
  PROTOCOL_VERSION,
  textMessage,
} from "../protocol/mod.ts";
import type { Interruption, QueuedNotification } from "../session/mod.ts";
import { tidyUp } from "./interruption.ts";
import { Journal } from "./journal.ts";
import { isNotification, showNotification } from "./notification.ts";
import { NotificationQueue } from "./notification_queue.ts";
import type { PodParts, RestoredSession } from "./pod_parts.ts";
import { endEvent, failedEnd, outcomeEntry, type RunEnd } from "./run_end.ts";
import { scopeEntry } from "./scope_entry.ts";
import { statusEntry } from "./status_entry.ts";
import { stopIntentOf } from "./stop_intent.ts";

/** What is to be undone when a run is rolled back. */
interface Mark {
  readonly history: number;
  readonly entries: number;
}

/** What distinguishes the ways to start a run. */
interface RunStart {
  /** Written and told before anything else of the run. */
  readonly begin: () => void;
  /** Whether calls that an earlier run left open are closed, instead of run. */
  readonly tidy: boolean;
  /** Whether a run that is stopped before it has shown anything leaves no trace. */
  readonly canRollBack: boolean;
}

/**
 * One agent with a durable session: what it does is in the log before anybody hears of it. It does one
 * thing at a time; who calls it sees to that.
 */
export class Pod {
  readonly #parts: PodParts;
  readonly #history: Item[];
  readonly #counters: Counters;
  readonly #queue: NotificationQueue;
  readonly #journal: Journal;
  #system: string | null;
  #status: PodStatus;
  #interruption: Interruption | null;

  /** @param restored the session to go on with; without it the pod starts a new one. */
  constructor(parts: PodParts, restored?: RestoredSession) {
    const state = restored?.state;
    this.#parts = parts;
    this.#journal = new Journal({ ...parts, log: restored?.log ?? null });
    this.#history = state?.history ?? [];
    this.#counters = { turn: state?.turnCount ?? 0, llmCall: 0 };
    this.#system = state?.systemPrompt ?? null;
    this.#queue = new NotificationQueue(state?.notifications);
    this.#interruption = state?.interruption ?? null;
    this.#status = state?.paused ? "paused" : "idle";
  }

  /** The conversation so far, exactly as the model is shown it. */
  get history(): readonly Item[] {
    return this.#history;
  }

  /** Turns that this session has finished. */
  get turnCount(): number {
    return this.#counters.turn;
  }

  get status(): PodStatus {
    return this.#status;
  }

  /** The segment that is written to. */
  get segmentId(): string {
    return this.#journal.segmentId;
  }

  /** Number of entries in that segment. */
  get entryCount(): number {
    return this.#journal.length;
  }

  /** The trigger of the run that a waiting notification should start; null when none does. */
  get wakingTrigger(): "notify" | "pod_event" | null {
    return this.#queue.wakingTrigger;
  }

  /** Who a client is talking to. */
  greeting(): Greeting {
    const { name, cwd, model, tools, scopeSummary } = this.#parts;
    return {
      pod_name: name,
      cwd,
      provider: model.info.scheme,
      model: model.info.id,
      scope_summary: scopeSummary(),
      tools: tools.map((tool) => tool.name).sort(),
      context_window: model.info.contextWindow,
      context_tokens: 0,
      protocol_version: PROTOCOL_VERSION,
    };
  }

  /**
   * The `snapshot` event as a line of JSON, without its end. The log's own lines go into it as they
   * are: a long session is neither kept in memory nor encoded again for each client.
   */
  snapshotJson(): string {
    // Blank lines are no entries (spec 30 §2.7).
    const entries = this.#journal.readText().trim().replaceAll(/\n\s*/g, ",");
    const blocks = this.#journal.inFlight;
    const rest = JSON.stringify({
      greeting: this.greeting(),
      status: this.#status,
      ...(blocks.length > 0 && { in_flight: { blocks } }),
    });
    return `{"event":"snapshot","data":{"entries":[${entries}],${rest.slice(1)}}`;
  }

  /**
   * Runs one user input to its end: commits it, drives the model, commits what comes of it. Once the
   * input is accepted, every failure is an end of the run, recorded as far as the log can be written.
   *
   * @throws {PodError} `invalid_request` when the input is empty; nothing has been written then.
   */
  async run(input: readonly InputSegment[], signal: AbortSignal): Promise<RunEnd> {
    const text = flattenSegments(input);
    if (text.trim() === "") {
      throw new PodError("invalid_request", "the input is empty; say what is to be done");
    }
    const segments = [...input];
    // All in one step: whoever attaches in between would see the input twice.
    const begin = () => {
      const ts = Date.now();
      this.#journal.append(
        { kind: "invoke", ts, trigger: "user_send" },
        { kind: "user_input", ts, segments },
      );
      this.#history.push(textMessage("user", text));
      this.#journal.publish({ event: "invoke_start", data: { kind: "user_send" } });
      this.#journal.publish({ event: "user_message", data: { segments } });
    };
    return await this.#run({ begin, tidy: true, canRollBack: true }, signal);
  }

  /** Runs because of what waits in the queue; `trigger` says what woke the pod. */
  async runNotifications(
    trigger: Extract<InvokeKind, "notify" | "pod_event">,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const begin = () => {
      this.#journal.append({ kind: "invoke", ts: Date.now(), trigger });
      this.#journal.publish({ event: "invoke_start", data: { kind: trigger } });
    };
    return await this.#run({ begin, tidy: true, canRollBack: false }, signal);
  }

  /** Goes on where a paused run was stopped; calls that had not begun are run first. */
  async resume(signal: AbortSignal): Promise<RunEnd> {
    // If the process dies now, calls that were open have begun: they must not be run by the next one.
    const begin = () => {
      if (openToolCalls(this.#history).length > 0) this.#journal.append(statusEntry("running"));
    };
    return await this.#run({ begin, tidy: false, canRollBack: false }, signal);
  }

  /** Gives a paused run up: it is closed as it is, and the pod is idle. */
  abandon(): void {
    if (this.#status !== "paused") return;
    this.#tidyUp();
    this.#journal.append(outcomeEntry({ result: "finished" }), statusEntry("idle"));
    this.#journal.beginRun();
    this.#setStatus("idle");
  }

  /**
   * Queues something for the model to be told at its next iteration.
   *
   * @param startsRun whether a run is started for it at once; else it is made durable here.
   */
  notify(queued: QueuedNotification, startsRun: boolean): void {
    this.#queue.push(queued);
    if (!startsRun) this.#persistQueue();
  }

  /** Shows an event that is not of the pod's own making in the pod's own order. */
  publish(event: Event): void {
    // The run that was to follow at once does not.
    if (event.event === "shutdown" && this.#status === "running") this.#setStatus("idle");
    this.#journal.publish(event);
  }

  /** Closes the log. The pod must not be running. */
  [Symbol.dispose](): void {
    this.#journal.close();
  }

  async #run({ begin, tidy, canRollBack }: RunStart, signal: AbortSignal): Promise<RunEnd> {
    const journal = this.#journal;
    this.#queue.calm();
    this.#setStatus("running");
    let end: RunEnd;
    try {
      if (!journal.isReady) await this.#openSegment();
      if (tidy) this.#tidyUp();
      journal.beginRun();
      const mark = { history: this.#history.length, entries: journal.length };
      begin();
      end = await this.#drive(signal);
      if (end.result === "cancelled") end = this.#stopped(end, canRollBack, signal);
      if (end.result === "paused") journal.pauseTurn();
      if (end.result === "rolled_back") this.#rollBack(mark);
      else await this.#close(end);
    } catch (error) {
      end = failedEnd(error);
    }
    journal.publish(endEvent(end));
    // What waits starts the next run at once: clients see no idle moment in between.
    if (end.result === "paused") this.#setStatus("paused");
    else if (this.#queue.wakingTrigger === null) this.#setStatus("idle");
    return end;
  }

  /** What a stopped run comes to: depends on who stopped it and on whether it had shown anything. */
  #stopped(end: RunEnd, canRollBack: boolean, signal: AbortSignal): RunEnd {
    const intent = stopIntentOf(signal);
    if (intent === "shutdown") return end;
    // In a log that somebody else writes to as well, it would cut off more than our own.
    const canCut = canRollBack && this.#journal.isReady;
    if (canCut && !this.#journal.hasOutput) return { result: "rolled_back" };
    return intent === "pause" ? { result: "paused", stopped: true } : end;
  }

  /** Creates the first segment, or one of our own when somebody else has written to the old one. */
  async #openSegment(): Promise<void> {
    const { sessionId, config, scopeRules, renderSystemPrompt } = this.#parts;
    const journal = this.#journal;
    const isFork = journal.length > 0;
    const ts = Date.now();
    this.#system ??= renderSystemPrompt();
    const start: Entry & { kind: "segment_start" } = {
      kind: "segment_start",
      ts,
      session_id: sessionId,
      system_prompt: this.#system,
      config,
      history: [...this.#history],
      ...(isFork && {
        forked_from: { segment_id: journal.segmentId, at_turn_index: this.#counters.turn },
      }),
    };
    const scope = scopeEntry(scopeRules());
    if (!isFork) return await journal.rotate(journal.segmentId, start, [scope]);
    const unfinished = this.#interruption === null ? [] : [statusEntry("running")];
    const { entries, moved } = this.#queue.forNewLog();
    await journal.rotate(newId(), start, [scope, ...unfinished, ...entries], moved);
    this.#persistQueue();
  }

  /** Closes what an earlier run has left open, and says so. */
  #tidyUp(): void {
    if (this.#interruption === null) return;
    for (const addition of tidyUp(this.#history, this.#interruption)) {
      this.#journal.commit({ kind: "append", ...addition });
      this.#history.push(addition.item);
      if (addition.item.kind !== "tool_result") continue;
      const { call_id: id, summary } = addition.item;
      this.#journal.publish({ event: "tool_result", data: { id, summary, is_error: false } });
    }
    this.#interruption = null;
  }

  async #drive(signal: AbortSignal): Promise<RunEnd> {
    const turns = runTurns({
      ...this.#parts,
      system: this.#system,
      history: this.#history,
      counters: this.#counters,
      cacheKey: this.#journal.segmentId,
      hooks: { pendingItems: () => this.#queue.take().map(showNotification) },
    }, signal);
    try {
      await this.#journal.sync();
      for (;;) {
        const { done, value: step } = await turns.next();
        if (done) return endOf(step);
        this.#journal.commit(step);
        if (step.kind === "append" && isNotification(step.note)) this.#queue.shown();
      }
    } catch (error) {
      // Ends what a run that could not be committed had under way.
      await turns.return("finished");
      return failedEnd(error);
    }
  }

  async #close(end: Exclude<RunEnd, { result: "rolled_back" }>): Promise<void> {
    this.#interruption = interruptionBy(end);
    this.#queue.settle();
    if (end.result !== "failed") this.#queue.rouse();
    this.#persistQueue();
    this.#journal.append(
      { kind: "turn_end", ts: Date.now(), turn_count: this.#counters.turn },
      outcomeEntry(end),
      ...end.result === "paused" ? [statusEntry("paused")] : [],
    );
    await this.#journal.sync();
  }

  /** Undoes a run that has shown nothing; what it had taken from the queue waits again. */
  #rollBack(mark: Mark): void {
    this.#journal.truncate(mark.entries);
    this.#history.length = mark.history;
    this.#queue.putBack(mark.entries);
    this.#persistQueue();
  }

  /** Without a segment there is nowhere to keep it, and nothing yet that could be lost with it. */
  #persistQueue(): void {
    if (this.#journal.length === 0) return;
    this.#queue.persist((entry) => {
      this.#journal.append(entry);
      return this.#journal.length - 1;
    });
  }

  #setStatus(status: PodStatus): void {
    this.#status = status;
    this.#journal.publish({ event: "status", data: { status } });
  }
}

function endOf(result: TurnsResult): RunEnd {
  if (result === "paused") return { result, stopped: false };
  if (result !== "yielded") return { result };
  throw new PodError("internal", "the run asked for a compaction, which this pod cannot do");
}

function interruptionBy(end: RunEnd): Interruption | null {
  if (end.result === "paused" || end.result === "cancelled") return "user";
  return end.result === "failed" ? "failure" : null;
}
