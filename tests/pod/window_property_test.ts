import fc from "fast-check";
import { sessionWindow, type StopIntent } from "../../lib/pod/mod.ts";
import type { Model, ModelEvent } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, apiError, call, EventModel, text, usage } from "../support/event_model.ts";
import { open } from "./compacting_pod.ts";
import type { Bench } from "./support.ts";
import { assertValidRequest } from "./valid_request.ts";

const LIMITS = {
  threshold: 3000,
  request_threshold: 4500,
  retained_tokens: 500,
  prune_protected_tokens: 800,
  prune_min_savings: 600,
};

/** One answer of the model: how many calls it makes, and what it says that its request took. */
interface AnswerPlan {
  readonly calls: number;
  readonly measured: "nothing" | "as it is" | "more";
  readonly fails: boolean;
}

interface Step {
  readonly kind: "run" | "resume" | "restart" | "compact" | "notify";
  readonly stop: { readonly at: number; readonly intent: StopIntent } | null;
  readonly answers: readonly AnswerPlan[];
  readonly inputBytes: number;
}

const intent = fc.constantFrom<StopIntent>("cancel", "pause", "shutdown");
const answerPlan: fc.Arbitrary<AnswerPlan> = fc.record({
  calls: fc.nat(3),
  measured: fc.constantFrom("nothing", "as it is", "as it is", "more"),
  fails: fc.constantFrom(false, false, false, false, true),
});
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("run", "run", "run", "run", "resume", "restart", "compact", "notify"),
  stop: fc.option(fc.record({ at: fc.nat(12), intent }), { freq: 3 }),
  answers: fc.array(answerPlan, { minLength: 1, maxLength: 5 }),
  inputBytes: fc.constantFrom(10, 10, 3000),
});

/** Answers as planned; when nothing is planned any more it only says something. */
class PlannedModel implements Model {
  readonly info = new EventModel().info;
  planned: AnswerPlan[] = [];
  onRequest: (items: Parameters<Model["stream"]>[0]["items"]) => void = () => {};
  #count = 0;

  unsupported(): string[] {
    return [];
  }

  stream(request: Parameters<Model["stream"]>[0], signal: AbortSignal) {
    this.onRequest(request.items);
    const plan = this.planned.shift() ?? { calls: 0, measured: "as it is", fails: false };
    const number = this.#count++;
    const blocks = Array.from(
      { length: plan.calls },
      (_, index) => call(`c${number}.${index}`, "Wordy", "{}"),
    );
    const bytes = JSON.stringify(request.items).length;
    const tokens = {
      nothing: 0,
      "as it is": Math.ceil(bytes / 4),
      more: Math.ceil(bytes / 3) + 500,
    };
    const events = answer(text(`answer ${number}`), ...blocks).map((event): ModelEvent =>
      event.type === "usage" ? usage(tokens[plan.measured], 5) : event
    );
    const played = plan.fails ? { error: apiError(400, "no") } : events;
    return new EventModel(played).stream(request, signal);
  }
}

/** Writes a summary whenever it is asked for one. */
function summariser(): EventModel {
  const write = answer(call("s1", "write_summary", '{"text":"what was done"}'));
  return new EventModel(
    ...Array.from({ length: 60 }, (_, index) => index % 2 === 0 ? write : answer(text("ok"))),
  );
}

function act(bench: Bench, { kind, stop, inputBytes }: Step): Promise<unknown> | void {
  let events = 0;
  const stopAt = () => stop !== null && events++ === stop.at ? stop.intent : undefined;
  const { pod } = bench;
  switch (kind) {
    case "run":
      return bench.run("x".repeat(inputBytes), stopAt);
    case "resume":
      return pod.status === "paused" ? bench.resume(stopAt) : undefined;
    case "restart":
      return pod.entryCount > 0 ? bench.restart() : undefined;
    case "compact": {
      const isDue = pod.status === "idle" && pod.whyNotCompact() === null;
      return isDue ? pod.compact(new AbortController().signal) : undefined;
    }
    case "notify":
      return pod.notify({ kind: "notification", message: "hm", auto_run: false }, false);
  }
}

Deno.test("40.12-22 40.12-37 whatever runs, stops, fails and compactions do, what is sent and counted is what the log says", async () => {
  let compactions = 0;
  let prunings = 0;
  const wordy = new CountingTool(
    "Wordy",
    (_input, { callId }) =>
      Promise.resolve({ summary: `wrote ${callId}`, content: "w".repeat(2500) }),
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
    const model = new PlannedModel();
    await using opened = await open(model, summariser(), LIMITS, { tools: [wordy] });
    const { bench } = opened;
    model.onRequest = (items) => {
      deepEqual(items, sessionWindow(bench.replayed()).items());
      assertValidRequest(items);
    };
    for (const step of steps) {
      model.planned = [...step.answers];
      await act(bench, step);
      bench.assertWhole();
      const told = JSON.parse(bench.pod.snapshotJson()).data.greeting.context_tokens;
      equal(told, sessionWindow(bench.replayed()).estimate().tokens);
    }
    compactions += bench.eventNames().filter((name) => name === "compact_done").length;
    prunings += sessionWindow(bench.replayed()).items().filter((item, index) =>
      item.kind === "tool_result" && item.content === undefined &&
      "content" in (bench.pod.history[index] ?? {})
    ).length;
  });
  await fc.assert(property, { numRuns: 60 });
  ok(compactions > 0 && prunings > 0, `${compactions} compactions, ${prunings} prunings`);
});
