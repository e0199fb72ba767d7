import fc from "fast-check";
import {
  type Step,
  type ToolDecision,
  ToolError,
  type ToolResultDecision,
  type TurnHooks,
  type TurnsRequest,
} from "../../lib/agent/mod.ts";
import { yieldToEventLoop } from "../../lib/base/mod.ts";
import { type Item, openToolCalls, type StopReason } from "../../lib/protocol/mod.ts";
import { ModelError, type ModelEvent } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { type DrivenRun, driveTurns, turnsRequest } from "../support/drive_turns.ts";
import {
  apiError,
  call,
  EventModel,
  type Played,
  text,
  thinking,
  usage,
} from "../support/event_model.ts";

/** What happens to a call apart from being run; pauses and aborts happen once. */
type Fate = "run" | "edit" | "answer" | "pause" | "abort" | "refuse result" | "replace result";

type BlockPlan =
  | { readonly kind: "text"; readonly deltas: string[] }
  | { readonly kind: "thinking"; readonly deltas: string[] }
  | { readonly kind: "call"; readonly name: string; readonly args: string; readonly fate: Fate };

interface AnswerPlan {
  readonly blocks: BlockPlan[];
  /** Which of the unfinished blocks goes on, again and again. */
  readonly picks: number[];
  readonly reason: StopReason;
  readonly failure: { readonly after: number; readonly how: string } | null;
}

/** What a model answers and what befalls the runs in which it does. */
export interface Plan {
  readonly answers: AnswerPlan[];
  /** One per run: the step at which the user stops it, at once or a moment later. */
  readonly stops: ({ readonly at: number; readonly soon: boolean } | null)[];
  readonly maxTurns: number | undefined;
}

const deltas = fc.array(fc.constantFrom("a", "bc", ""), { maxLength: 3 });
const blockPlan: fc.Arbitrary<BlockPlan> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), deltas }),
  fc.record({ kind: fc.constant("thinking" as const), deltas }),
  fc.record({
    kind: fc.constant("call" as const),
    name: fc.constantFrom("Fast", "Slow", "Edit", "Fail", "Nope"),
    args: fc.constantFrom("{}", '{"a":1}', "", "null", "{oops"),
    fate: fc.constantFrom<Fate>(
      "run",
      "run",
      "run",
      "run",
      "edit",
      "answer",
      "pause",
      "abort",
      "refuse result",
      "replace result",
    ),
  }),
);
const answerPlan: fc.Arbitrary<AnswerPlan> = fc.record({
  blocks: fc.array(blockPlan, { maxLength: 5 }),
  picks: fc.array(fc.nat(4), { maxLength: 20 }),
  reason: fc.constantFrom<StopReason>("tool_use", "end_turn", "tool_use", "max_tokens"),
  failure: fc.option(
    fc.record({
      after: fc.nat(12),
      how: fc.constantFrom("busy", "refused", "broken", "ends early", "stalls"),
    }),
    { freq: 3 },
  ),
});
/** Any course of a few runs. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  answers: fc.array(answerPlan, { minLength: 1, maxLength: 6 }),
  stops: fc.array(fc.option(fc.record({ at: fc.nat(30), soon: fc.boolean() }), { freq: 3 }), {
    maxLength: 4,
  }),
  maxTurns: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 2 }),
});

/** The world that a plan describes, and what must never happen in it. */
export class Stage {
  readonly model: EventModel;
  readonly tools: CountingTool[];
  readonly request: TurnsRequest;
  readonly #fates = new Map<string, Fate>();
  /** Calls that no run may begin: their arguments are unusable, or their answer was cut. */
  readonly #forbidden = new Set<string>();

  constructor({ answers, maxTurns }: Plan) {
    this.model = new EventModel(...answers.map((answer, index) => this.#play(answer, index)));
    this.tools = [
      new CountingTool("Fast", (_input, { callId }) => ({ summary: callId })),
      new CountingTool("Slow", async (_input, { callId, signal }) => {
        for (let turns = 0; turns < 3; turns++) await yieldToEventLoop();
        signal.throwIfAborted();
        return { summary: callId, content: "slow" };
      }),
      new CountingTool("Edit", async (_input, { callId }) => {
        await yieldToEventLoop();
        return { summary: callId };
      }, { inOrder: true }),
      new CountingTool("Fail", () => Promise.reject(new ToolError("Execution failed", "boom"))),
    ];
    this.request = turnsRequest({
      model: this.model,
      tools: this.tools,
      maxTurns,
      hooks: this.#hooks(),
    });
  }

  get history(): readonly Item[] {
    return this.request.history;
  }

  /** Runs once, stopped as `stop` says; the consumer cannot commit a step that `fails`. */
  async drive(
    stop: Plan["stops"][number],
    fails: (step: Step, index: number) => boolean = () => false,
  ): Promise<DrivenRun> {
    const controller = new AbortController();
    const pending: Promise<void>[] = [];
    this.model.onStall = () => controller.abort("stalled");
    const run = await driveTurns(this.request, {
      signal: controller.signal,
      commit(step, index) {
        if (fails(step, index)) throw new Error("disk full");
        if (stop?.at !== index) return;
        if (stop.soon) pending.push(yieldToEventLoop().then(() => controller.abort("soon")));
        else controller.abort("now");
      },
    });
    await Promise.all(pending);
    return run;
  }

  assertQuiet(): void {
    equal(this.model.openStreams, 0, "no stream is open");
    deepEqual(this.tools.map((tool) => tool.running), [0, 0, 0, 0], "no tool is running");
  }

  assertCalls(): void {
    const begun = this.tools.flatMap((tool) => tool.begun.map(({ id }) => id));
    deepEqual(begun, [...new Set(begun)], "no call begins twice");
    ok(begun.every((id) => !this.#forbidden.has(id)), "no unusable call begins");
    for (const { items } of this.model.requests) {
      deepEqual(openToolCalls(items), [], "a request has a result for every call");
    }
  }

  #play(plan: AnswerPlan, answerIndex: number): Played {
    const { blocks, picks, reason, failure } = plan;
    const queues = blocks.map((block, index) =>
      this.#blockEvents(block, index, answerIndex, reason)
    );
    const events: ModelEvent[] = [usage(7, 0), ...interleave(queues, picks), usage(7, 3)];
    if (failure === null) return { events: [...events, { type: "stop", reason }] };
    const cut = events.slice(0, failure.after);
    switch (failure.how) {
      case "busy":
        return { events: cut, error: apiError(503, "busy", 0) };
      case "refused":
        return { events: cut, error: apiError(400, "refused") };
      case "broken":
        return { events: cut, error: new ModelError("broken", "SSE parse error: reset") };
      case "stalls":
        return { events: cut, stall: true };
      default:
        return { events: cut };
    }
  }

  #blockEvents(
    block: BlockPlan,
    index: number,
    answerIndex: number,
    reason: StopReason,
  ): ModelEvent[] {
    if (block.kind === "text") return text(...block.deltas)(index);
    if (block.kind === "thinking") return thinking({ signature: "S" }, ...block.deltas)(index);
    const id = `${answerIndex}.${index}`;
    this.#fates.set(id, block.fate);
    const unusable = block.args === "null" || block.args === "{oops";
    if (unusable || reason === "max_tokens") this.#forbidden.add(id);
    return call(id, block.name, ...block.args.split(":"))(index);
  }

  #hooks(): TurnHooks {
    const before: Partial<Record<Fate, ToolDecision>> = {
      edit: { kind: "edit", input: { edited: true } },
      answer: { kind: "answer", result: { summary: "denied", is_error: true } },
      pause: { kind: "pause" },
      abort: { kind: "abort", reason: "hook" },
    };
    const after: Partial<Record<Fate, ToolResultDecision>> = {
      "refuse result": { kind: "abort", reason: "hook" },
      "replace result": { kind: "replace", result: { summary: "replaced" } },
    };
    return {
      beforeTool: ({ call }) => {
        const fate = this.#fates.get(call.call_id) ?? "run";
        if (fate === "pause" || fate === "abort") this.#fates.set(call.call_id, "run");
        return before[fate];
      },
      afterTool: ({ call }) => after[this.#fates.get(call.call_id) ?? "run"],
    };
  }
}

/** The events of several blocks as one stream. */
function interleave(queues: ModelEvent[][], picks: readonly number[]): ModelEvent[] {
  const events: ModelEvent[] = [];
  for (const pick of picks) {
    const left = queues.filter((queue) => queue.length > 0);
    const event = left[pick % left.length]?.shift();
    if (event !== undefined) events.push(event);
  }
  return [...events, ...queues.flat()];
}
