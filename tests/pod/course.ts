import fc from "fast-check";
import type { StopIntent } from "../../lib/pod/mod.ts";
import { type Event, flattenSegments, openToolCalls } from "../../lib/protocol/mod.ts";
import { ModelError } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import {
  answer,
  apiError,
  call,
  EventModel,
  type Played,
  text,
  thinking,
} from "../support/event_model.ts";
import { hangingTool } from "./hanging.ts";
import { Bench } from "./support.ts";
import {
  assertValidRequest,
  inputsIn,
  interruptNotesIn,
  notificationsIn,
} from "./valid_request.ts";

type BlockPlan = "text" | "thinking" | "empty thought" | "Quick" | "Hang" | "Fail" | "Nope" | "bad";

interface AnswerPlan {
  readonly blocks: BlockPlan[];
  readonly end: "whole" | "refused" | "busy" | "broken" | "stalls";
}

/** What befalls a run, at which of its events. */
interface Fate {
  readonly kind: "run" | "resume" | "wake";
  readonly stop: { readonly at: number; readonly intent: StopIntent } | null;
  readonly notifyAt: number[];
  readonly dieAt: number | null;
}

type Action =
  | Fate
  | { readonly kind: "notify" | "quiet" | "abandon" | "restart" | "foreign" }
  /** To the input with this number, counted round. */
  | { readonly kind: "rewind"; readonly to: number };

/** Any course of a few runs. */
export interface Plan {
  readonly answers: AnswerPlan[];
  readonly actions: Action[];
  /** What a run is stopped with that would else hang for ever. */
  readonly patience: StopIntent;
}

const intent = fc.constantFrom<StopIntent>("pause", "cancel", "pause", "shutdown");
const answerPlan: fc.Arbitrary<AnswerPlan> = fc.record({
  blocks: fc.array(
    fc.constantFrom<BlockPlan>(
      "text",
      "thinking",
      "empty thought",
      "Quick",
      "Quick",
      "Hang",
      "Fail",
      "Nope",
      "bad",
    ),
    { maxLength: 4 },
  ),
  end: fc.constantFrom("whole", "whole", "whole", "refused", "busy", "broken", "stalls"),
});
const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.constantFrom("run", "run", "resume", "wake"),
  stop: fc.option(fc.record({ at: fc.nat(25), intent }), { freq: 2 }),
  notifyAt: fc.array(fc.nat(20), { maxLength: 2 }),
  dieAt: fc.option(fc.nat(25), { freq: 2 }),
});
const rewind: fc.Arbitrary<Action> = fc.record({ kind: fc.constant("rewind"), to: fc.nat(5) });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fate },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("notify", "quiet", "abandon", "restart", "foreign"),
    }),
  },
  { weight: 1, arbitrary: rewind },
);
export const plan: fc.Arbitrary<Plan> = fc.record({
  answers: fc.array(answerPlan, { minLength: 1, maxLength: 8 }),
  actions: fc.array(action, { minLength: 1, maxLength: 8 }),
  patience: intent,
});

/** A pod whose life is a plan, and what must never happen in it. */
export class Course implements Disposable {
  readonly #bench: Bench;
  readonly #model: EventModel;
  readonly #tools: CountingTool[];
  /** Inputs that were accepted and not rolled back. */
  #inputs: string[] = [];
  /** Notifications that were accepted. */
  #notes: string[] = [];
  #count = 0;
  #checkedRequests = 0;

  private constructor(bench: Bench, model: EventModel, tools: CountingTool[]) {
    this.#bench = bench;
    this.#model = model;
    this.#tools = tools;
  }

  static async start({ answers, patience }: Plan): Promise<Course> {
    const model = new EventModel(...answers.map(play));
    const tools = [
      new CountingTool("Quick", (_input, { callId }) => ({ summary: callId })),
      hangingTool(() => bench.stop(patience)),
      new CountingTool("Fail", () => Promise.reject(new Error("boom"))),
    ];
    const bench = await Bench.open({ model, tools });
    model.onStall = () => bench.stop(patience);
    return new Course(bench, model, tools);
  }

  /** Does one thing, and looks whether everything is as it must be. */
  async act(action: Action): Promise<void> {
    const bench = this.#bench;
    const hasLog = bench.pod.entryCount > 0;
    switch (action.kind) {
      case "run":
      case "resume":
      case "wake":
        await this.#run(action);
        break;
      case "notify":
      case "quiet":
        this.#notify(action.kind === "notify");
        break;
      case "abandon":
        bench.pod.abandon();
        break;
      case "restart":
        if (hasLog) bench.restart();
        break;
      case "rewind":
        if (bench.pod.status === "idle") this.#rewind(action.to);
        break;
      case "foreign":
        if (hasLog) {
          bench.appendForeign({ kind: "extension", ts: 1, domain: "foreign", payload: null });
        }
    }
    this.#assertSound();
    await this.#follow();
  }

  [Symbol.dispose](): void {
    this.#bench[Symbol.dispose]();
  }

  async #run({ kind, stop, notifyAt, dieAt }: Fate): Promise<void> {
    const { pod } = this.#bench;
    if (kind === "resume" && pod.status !== "paused") return;
    const trigger = kind === "wake" ? pod.wakingTrigger : null;
    if (kind === "wake" && (trigger === null || pod.status !== "idle")) return;
    await this.#watch(kind, { stop, notifyAt, dieAt }, (stopAt) => {
      if (kind === "resume") return this.#bench.resume(stopAt);
      if (trigger !== null) return this.#bench.runNotifications(trigger, stopAt);
      return this.#bench.run(`u${this.#count++}`, stopAt);
    });
  }

  /** What waits starts a run at once, as it does in a served pod. */
  async #follow(): Promise<void> {
    const { pod } = this.#bench;
    while (pod === this.#bench.pod && pod.status !== "paused") {
      const trigger = pod.wakingTrigger;
      if (trigger === null) return;
      await this.#watch(
        "wake",
        { stop: null, notifyAt: [], dieAt: null },
        () => this.#bench.runNotifications(trigger),
      );
      this.#assertSound();
    }
  }

  async #watch(
    kind: Fate["kind"],
    { stop, notifyAt, dieAt }: Omit<Fate, "kind">,
    start: (stopAt: (event: Event) => StopIntent | undefined) => ReturnType<Bench["run"]>,
  ): Promise<void> {
    const bench = this.#bench;
    const { pod } = bench;
    const first = bench.events.length;
    const wasOpen = new Set(openToolCalls(pod.history).map(({ call_id }) => call_id));
    const begunBefore = new Set(this.#begun());
    const notesBefore = interruptNotesIn(pod.history);
    const isDue = pod.entryCount > 0 && bench.replayed().interruption !== null;
    let death: { segmentId: string; logText: string } | null = null;
    await start((event) => {
      const index = bench.events.length - 1 - first;
      this.#assertLogLeads();
      if (death === null) this.#hear(event);
      if (notifyAt.includes(index) && death === null) this.#notify(false);
      if (index === dieAt && pod.entryCount > 0) {
        death = { segmentId: pod.segmentId, logText: Deno.readTextFileSync(bench.path) };
        return "shutdown";
      }
      return index === stop?.at ? stop.intent : undefined;
    });
    const events = bench.events.slice(first);
    this.#assertEvents(events);
    for (const id of this.#begun()) {
      if (begunBefore.has(id)) continue;
      ok(kind === "resume" || !wasOpen.has(id), `only a resumed run begins the old call ${id}`);
    }
    if (death !== null) return this.#die(death);
    const added = interruptNotesIn(bench.pod.history) - notesBefore;
    equal(added, Number(isDue && kind !== "resume"), "a note exactly when it is due");
  }

  #hear(event: Event): void {
    if (event.event === "user_message") this.#inputs.push(flattenSegments(event.data.segments));
    if (event.event === "run_end" && event.data.result === "rolled_back") this.#inputs.pop();
  }

  #die(death: { segmentId: string; logText: string }): void {
    const bench = this.#bench;
    bench.dieWith(death);
    const kept = inputsIn(bench.pod.history);
    deepEqual(kept.slice(0, this.#inputs.length), this.#inputs, "what was accepted is on disk");
    this.#inputs = kept;
    const known = this.#knownNotes();
    // What wakes a pod at once is on disk when the run has looked at it.
    this.#notes = this.#notes.filter((note) => known.includes(note));
  }

  /** What is told again, or waits on, is nothing new; what was told later is forgotten. */
  #rewind(to: number): void {
    const { pod } = this.#bench;
    const { targets, head_entries } = pod.listRewindTargets();
    const target = targets[to % targets.length];
    if (target === undefined) return;
    const before = this.#bench.entries();
    const waiting = this.#bench.waiting();
    pod.rewindTo(target.id, head_entries);
    const applied = this.#bench.events.findLast(({ event }) => event === "rewind_applied");
    ok(applied?.event === "rewind_applied");
    const { entries, summary: { kept_segment_id = "", truncated_to_entries } } = applied.data;
    deepEqual(entries, this.#bench.entries());
    deepEqual(entries.slice(0, truncated_to_entries), before.slice(0, truncated_to_entries));
    const { store, parts } = this.#bench;
    deepEqual([...store.readEntries(parts.sessionId, kept_segment_id)], before);
    this.#inputs = this.#inputs.slice(0, -1 - to % targets.length);
    const known = this.#knownNotes();
    deepEqual(waiting.filter((note) => !known.includes(note)), [], "what waits goes on waiting");
    this.#notes = this.#notes.filter((note) => known.includes(note));
  }

  #notify(isFree: boolean): void {
    const { pod } = this.#bench;
    const message = `n${this.#count++}`;
    const startsRun = isFree && pod.status === "idle";
    pod.notify({ kind: "notification", message, auto_run: isFree }, startsRun);
    this.#notes.push(message);
  }

  #begun(): string[] {
    return this.#tools.flatMap((tool) => tool.begun.map(({ id }) => id));
  }

  /** Notifications that were told or wait on disk. */
  #knownNotes(): string[] {
    return [...notificationsIn(this.#bench.replayed().history), ...this.#bench.waiting()];
  }

  /** An item is in the log before it is in memory, and there right after. */
  #assertLogLeads(): void {
    const { history } = this.#bench.replayed();
    const known = this.#bench.pod.history;
    ok(history.length - known.length <= 1, "memory follows the log");
    deepEqual(history.slice(0, known.length), known);
  }

  #assertEvents(events: readonly Event[]): void {
    const { pod } = this.#bench;
    const names = events.map(({ event }) => event);
    const statuses = events.flatMap((event) => event.event === "status" ? [event.data.status] : []);
    equal(statuses[0], "running");
    equal(statuses.at(-1), pod.status);
    equal(statuses.length, pod.wakingTrigger === null || pod.status === "paused" ? 2 : 1);
    const ends = names.filter((name) => name === "run_end" || name === "error");
    equal(ends.length, 1);
    equal(ends[0], names.findLast((name) => name !== "status"));
    let open: string | null = null;
    for (const event of events) {
      if (event.event === "turn_start") open = `${event.data.turn}`;
      if (event.event === "turn_end") {
        equal(`${event.data.turn}`, open, "a turn ends once, and after its start");
        open = null;
      }
    }
    ok(open === null || pod.status !== "paused", "a paused pod has no open turn");
  }

  #assertSound(): void {
    const bench = this.#bench;
    const { pod } = bench;
    const last = bench.events.findLast(({ event }) => event === "status");
    if (last?.event === "status" && pod.entryCount > 0) {
      ok(JSON.parse(pod.snapshotJson()).data.status === pod.status);
    }
    for (const { items } of this.#model.requests.slice(this.#checkedRequests)) {
      assertValidRequest(items);
    }
    this.#checkedRequests = this.#model.requests.length;
    equal(this.#model.openStreams, 0);
    const begun = this.#begun();
    deepEqual(begun, [...new Set(begun)], "no call begins twice");
    deepEqual(inputsIn(pod.history), this.#inputs);
    if (pod.entryCount === 0) return;
    bench.assertWhole();
    const isWoken = pod.wakingTrigger !== null && pod.status === "idle";
    const known = this.#knownNotes();
    deepEqual(known, [...new Set(known)], "nothing is told twice");
    if (!isWoken) deepEqual(known.toSorted(), this.#notes.toSorted(), "nothing is lost");
  }
}

function play({ blocks, end }: AnswerPlan, index: number): Played {
  const made = blocks.map((block, number) => {
    const id = `${index}.${number}`;
    switch (block) {
      case "text":
        return text(`t${id}`, "…");
      case "thinking":
        return thinking({ signature: "S" }, "hm");
      case "empty thought":
        return thinking(undefined);
      case "bad":
        return call(id, "Quick", "{oops");
      default:
        return call(id, block, "{}");
    }
  });
  const events = answer(...made);
  switch (end) {
    case "whole":
      return { events };
    case "refused":
      return { error: apiError(400, "no") };
    case "busy":
      return { error: apiError(503, "busy", 0) };
    case "broken":
      return { events: events.slice(0, -3), error: new ModelError("broken", "reset") };
    case "stalls":
      return { events: events.slice(0, -3), stall: true };
  }
}
