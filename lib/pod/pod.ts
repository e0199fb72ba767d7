import { runTurns, type TurnsResult } from "../agent/mod.ts";
import { PodError } from "../base/mod.ts";
import type { ResolvedInput } from "../context/mod.ts";
import {
  type Event,
  flattenSegments,
  type InputSegment,
  type InvokeKind,
  type Item,
  openToolCalls,
  type PodStatus,
  type RewindTargetId,
  textMessage,
} from "../protocol/mod.ts";
import type { Interruption, QueuedNotification } from "../session/mod.ts";
import { commitOf } from "./commit.ts";
import { Compactor } from "./compactor.ts";
import { Conversation, type Mark } from "./conversation.ts";
import { isNotification, showNotification } from "./notification.ts";
import type { PodParts, RestoredSession } from "./pod_parts.ts";
import { endEvent, failedEnd, isPaused, outcomeEntry, type RunEnd } from "./run_end.ts";
import { snapshotJson } from "./snapshot.ts";
import { statusEntry } from "./status_entry.ts";
import { stopIntentOf } from "./stop_intent.ts";

/** What an input that refers to nothing comes with. */
const NOTHING_MORE: ResolvedInput = { additions: [], warnings: [] };

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
  readonly #conversation: Conversation;
  readonly #compactor: Compactor;
  #status: PodStatus;

  /** @param restored the session to go on with; without it the pod starts a new one. */
  constructor(parts: PodParts, restored?: RestoredSession) {
    this.#parts = parts;
    this.#conversation = new Conversation(parts, restored);
    this.#compactor = new Compactor(parts.compaction, this.#conversation);
    this.#status = restored?.state.paused ? "paused" : "idle";
  }

  /** The conversation so far, as the log has it. */
  get history(): readonly Item[] {
    return this.#conversation.history;
  }

  /** Turns that this session has finished. */
  get turnCount(): number {
    return this.#conversation.counters.turn;
  }

  /** Model calls that have ended since the process started. */
  get callCount(): number {
    return this.#conversation.counters.llmCall;
  }

  get status(): PodStatus {
    return this.#status;
  }

  /** The segment that is written to. */
  get segmentId(): string {
    return this.#conversation.journal.segmentId;
  }

  /** Number of entries in that segment. */
  get entryCount(): number {
    return this.#conversation.journal.length;
  }

  /** The trigger of the run that a waiting notification should start; null when none does. */
  get wakingTrigger(): "notify" | "pod_event" | null {
    return this.#conversation.queue.wakingTrigger;
  }

  /** The `snapshot` event as a line of JSON, without its end. */
  snapshotJson(): string {
    return snapshotJson(this.#parts, this.#conversation, this.#status);
  }

  /**
   * Runs one user input to its end: looks up what it refers to, commits all of it, drives the model,
   * commits what comes of it. Once the input is accepted, every failure is an end of the run, recorded as
   * far as the log can be written.
   *
   * @param accepted called before anything else is told, when it is clear that the input can be run
   * @throws {PodError} `invalid_request` when the input is empty or invokes what it cannot; nothing has
   * been written or told then.
   */
  async run(
    input: readonly InputSegment[],
    signal: AbortSignal,
    accepted = () => {},
  ): Promise<RunEnd> {
    const { journal } = this.#conversation;
    const text = flattenSegments(input);
    if (text.trim() === "") {
      throw new PodError("invalid_request", "the input is empty; say what is to be done");
    }
    const segments = [...input];
    const resolved = await this.#resolve(segments, signal);
    accepted();
    if (resolved === null) return this.#takenBack();
    const commits = resolved.additions.map((addition) => commitOf({ kind: "append", ...addition }));
    // All in one step: whoever attaches in between would see the input twice.
    const begin = () => {
      const ts = Date.now();
      journal.append(
        { kind: "invoke", ts, trigger: "user_send" },
        { kind: "user_input", ts, segments },
        ...commits.flatMap(({ entry }) => entry ?? []),
      );
      const items = resolved.additions.map(({ item }) => item);
      this.#conversation.history.push(textMessage("user", text), ...items);
      journal.publish({ event: "invoke_start", data: { kind: "user_send" } });
      journal.publish({ event: "user_message", data: { segments } });
      for (const message of resolved.warnings) this.#conversation.warn(message);
      for (const { event } of commits) if (event !== undefined) journal.publish(event);
    };
    return await this.#run({ begin, tidy: true, canRollBack: true }, signal);
  }

  /** Runs because of what waits in the queue; `trigger` says what woke the pod. */
  async runNotifications(
    trigger: Extract<InvokeKind, "notify" | "pod_event">,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const { journal } = this.#conversation;
    const begin = () => {
      journal.append({ kind: "invoke", ts: Date.now(), trigger });
      journal.publish({ event: "invoke_start", data: { kind: trigger } });
    };
    return await this.#run({ begin, tidy: true, canRollBack: false }, signal);
  }

  /** Goes on where a paused run was stopped; calls that had not begun are run first. */
  async resume(signal: AbortSignal): Promise<RunEnd> {
    const { journal, history } = this.#conversation;
    // If the process dies now, calls that were open have begun: they must not be run by the next one.
    const begin = () => {
      if (openToolCalls(history).length > 0) journal.append(statusEntry("running"));
    };
    return await this.#run({ begin, tidy: false, canRollBack: false }, signal);
  }

  /** Gives a paused run up: it is closed as it is, and the pod is idle. */
  abandon(): void {
    if (this.#status !== "paused") return;
    const { journal } = this.#conversation;
    this.#conversation.tidyUp();
    journal.append(outcomeEntry({ result: "finished" }), statusEntry("idle"));
    journal.beginRun();
    this.#setStatus("idle");
  }

  /** Why there would be nothing to compact now; null when there is. */
  whyNotCompact(): string | null {
    return this.#compactor.whyNot();
  }

  /** Makes room in the context at once. */
  async compact(signal: AbortSignal): Promise<RunEnd> {
    const { journal } = this.#conversation;
    this.#setStatus("running");
    let end: RunEnd = { result: "finished" };
    try {
      await this.#conversation.prepare();
      this.#conversation.tidyUp();
      await this.#compactor.compact("manual", signal);
    } catch (error) {
      end = failedEnd(error);
      journal.publish(endEvent(end));
    }
    this.#rest();
    return end;
  }

  /**
   * Queues something for the model to be told at its next iteration.
   *
   * @param startsRun whether its run comes at once and is enough to keep it; else it is made durable here
   */
  notify(queued: QueuedNotification, startsRun: boolean): void {
    this.#conversation.notify(queued, { durable: !startsRun });
  }

  /** The inputs that one can go back to. */
  listRewindTargets(): Extract<Event, { event: "rewind_targets" }>["data"] {
    return this.#conversation.listRewindTargets();
  }

  /** Goes back to before a user input; throws as `Conversation.rewindTo`. The pod must be idle. */
  rewindTo(target: RewindTargetId, expectedHead: number): void {
    this.#conversation.rewindTo(target, expectedHead);
    this.#setStatus("idle");
  }

  /** Shows an event that is not of the pod's own making in the pod's own order. */
  publish(event: Event): void {
    // The run that was to follow at once does not.
    if (event.event === "shutdown" && this.#status === "running") this.#setStatus("idle");
    this.#conversation.journal.publish(event);
  }

  /** Closes the log. The pod must not be running. */
  [Symbol.dispose](): void {
    this.#conversation[Symbol.dispose]();
  }

  async #run({ begin, tidy, canRollBack }: RunStart, signal: AbortSignal): Promise<RunEnd> {
    const conversation = this.#conversation;
    const { journal, queue } = conversation;
    conversation.noticeDay();
    queue.calm();
    this.#setStatus("running");
    let end: RunEnd;
    try {
      await conversation.prepare();
      if (tidy) conversation.tidyUp();
      await this.#compactor.beforeRun(signal);
      conversation.noticeDay();
      journal.beginRun();
      const mark = conversation.mark();
      begin();
      end = await this.#drive(signal);
      if (end.result === "cancelled") end = this.#stopped(end, canRollBack ? mark : null, signal);
      if (end.result === "paused") journal.pauseTurn();
      if (end.result === "rolled_back") conversation.rollBack(mark);
      else await this.#close(end);
    } catch (error) {
      end = failedEnd(error);
    }
    journal.publish(endEvent(end));
    if (isPaused(end)) this.#setStatus("paused");
    else this.#rest();
    return end;
  }

  /** What an input comes with; null when the run is stopped before that is known. */
  async #resolve(segments: InputSegment[], signal: AbortSignal): Promise<ResolvedInput | null> {
    const { resolveInput } = this.#parts;
    if (resolveInput === undefined) return NOTHING_MORE;
    try {
      return await resolveInput(segments, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      // Who leaves does not take back what was accepted.
      return stopIntentOf(signal) === "shutdown" ? NOTHING_MORE : null;
    }
  }

  /** The end of a run that was stopped before anything had come of it. */
  #takenBack(): RunEnd {
    const end: RunEnd = { result: "rolled_back" };
    this.#conversation.journal.publish(endEvent(end));
    this.#setStatus(this.#status);
    return end;
  }

  /** What waits starts the next run at once: clients see no idle moment in between. */
  #rest(): void {
    if (this.#conversation.queue.wakingTrigger === null) this.#setStatus("idle");
  }

  /** What a stopped run comes to: depends on who stopped it and on whether it had shown anything. */
  #stopped(end: RunEnd, mark: Mark | null, signal: AbortSignal): RunEnd {
    const intent = stopIntentOf(signal);
    if (intent === "shutdown") return end;
    const canGoBack = mark !== null && this.#conversation.canGoBackTo(mark);
    if (canGoBack && !this.#conversation.journal.hasOutput) return { result: "rolled_back" };
    return intent === "pause" ? { result: "paused", stopped: true } : end;
  }

  /** Lets the model work until it is done, making room in between where that is needed. */
  async #drive(signal: AbortSignal): Promise<RunEnd> {
    const { counters, journal } = this.#conversation;
    const { maxTurns = Infinity } = this.#parts;
    const turnsBefore = counters.turn;
    try {
      for (;;) {
        const left = maxTurns - (counters.turn - turnsBefore);
        const result = await this.#takeTurns(left, signal);
        if (result === "paused") return { result, stopped: false };
        if (result !== "yielded") return { result };
        journal.pauseTurn();
        journal.append(
          { kind: "turn_end", ts: Date.now(), turn_count: counters.turn },
          { kind: "run_completed", ts: Date.now(), interrupted: true, result },
        );
        const end = await this.#makeRoom(signal);
        if (end !== null) return end;
      }
    } catch (error) {
      return failedEnd(error);
    }
  }

  /** Compacts in the middle of a run; returns the end of the run when that fails. */
  async #makeRoom(signal: AbortSignal): Promise<RunEnd | null> {
    try {
      await this.#compactor.compact("mid-run", signal);
      return null;
    } catch (error) {
      const end = failedEnd(error);
      // All calls have their results, so nothing is in the way of trying again (spec 40 §11 W24).
      const isProviders = "code" in end && end.code === "provider_error";
      return end.result === "failed" && isProviders ? { ...end, resumable: true } : end;
    }
  }

  async #takeTurns(maxTurns: number, signal: AbortSignal): Promise<TurnsResult> {
    const { prompts, tasks } = this.#parts;
    const { journal, queue, history, system, config, counters } = this.#conversation;
    tasks?.refill(history);
    const turns = runTurns({
      ...this.#parts,
      system,
      history,
      config,
      counters,
      cacheKey: journal.segmentId,
      cacheAnchor: summaryIndex(history),
      maxTurns,
      hooks: {
        pendingItems: () => [
          ...queue.take().map((queued) => showNotification(queued, prompts)),
          ...this.#conversation.taskReminder(),
        ],
        beforeRequest: (items) => this.#compactor.beforeRequest(items),
      },
    }, signal);
    try {
      await journal.sync();
      for (;;) {
        const { done, value: step } = await turns.next();
        if (done) return step;
        journal.commit(step, () => {
          if (step.kind === "append" && isNotification(step.note)) queue.shown();
        });
        if (step.kind === "append") this.#conversation.noticeTaskChange(step.item);
        if (step.kind === "usage") this.#compactor.measured(step.historyLength, step.usage);
      }
    } finally {
      // Ends what a run that could not be committed had under way.
      await turns.return("finished");
    }
  }

  async #close(end: Exclude<RunEnd, { result: "rolled_back" }>): Promise<void> {
    const { journal, queue, counters } = this.#conversation;
    this.#conversation.interruption = interruptionBy(end);
    queue.settle();
    if (end.result !== "failed") queue.rouse();
    this.#conversation.persistQueue();
    journal.append(
      { kind: "turn_end", ts: Date.now(), turn_count: counters.turn },
      outcomeEntry(end),
      ...isPaused(end) ? [statusEntry("paused")] : [],
    );
    await journal.sync();
  }

  #setStatus(status: PodStatus): void {
    this.#status = status;
    this.#conversation.journal.publish({ event: "status", data: { status } });
  }
}

/** Where the summary of a compacted history stands, which is worth caching up to. */
function summaryIndex(history: readonly Item[]): number | undefined {
  const [first] = history;
  return first?.kind === "message" && first.role === "system" ? 0 : undefined;
}

function interruptionBy(end: RunEnd): Interruption | null {
  if (end.result === "paused" || end.result === "cancelled") return "user";
  return end.result === "failed" ? "failure" : null;
}
