import { RunError } from "../../lib/agent/mod.ts";
import { yieldToEventLoop } from "../../lib/base/mod.ts";
import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import {
  dataOf,
  type DrivenRun,
  driveTurns,
  eventNames,
  turnsRequest,
} from "../support/drive_turns.ts";
import {
  answer,
  apiError,
  call,
  EventModel,
  type Played,
  text,
  usage,
} from "../support/event_model.ts";

const USER_HI: Item = textMessage("user", "hi");
const REASON = { stop: "cancel" };

/** Asserts that the run ended as cancelled, and not by what it would have waited for. */
function assertCancelled(run: DrivenRun): void {
  ok(run.error instanceof RunError);
  equal(run.error.code, "cancelled");
  equal(run.error.message, "Cancelled");
  equal(run.error.cause, REASON);
}

const STALLS: Record<string, { played: Played; names: string[] }> = {
  "20.13-18b cancel while waiting for headers": {
    played: { stall: true },
    names: ["turn_start", "llm_call_start", "llm_call_end"],
  },
  "20.13-18c cancel before the first content; usage so far is told": {
    played: { events: [usage(10, 0)], stall: true },
    names: ["turn_start", "llm_call_start", "usage", "llm_call_end"],
  },
  "20.13-18d cancel mid-text": {
    played: { events: [usage(10, 0), ...text("Hel", "lo")(0).slice(0, 3)], stall: true },
    names: ["turn_start", "llm_call_start", "text_delta", "text_delta", "usage", "llm_call_end"],
  },
};

for (const [name, { played, names }] of Object.entries(STALLS)) {
  Deno.test(`${name}; decision 18: the call is closed, the turn is not`, async () => {
    const history: Item[] = [USER_HI];
    const controller = new AbortController();
    const model = new EventModel(played);
    model.onStall = () => controller.abort(REASON);
    const run = await driveTurns(turnsRequest({ model, history }), controller);
    assertCancelled(run);
    deepEqual(eventNames(run), names);
    deepEqual(history, [USER_HI]);
    equal(model.openStreams, 0);
  });
}

Deno.test("20.13-18a cancel during back-off ends the wait at once", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const model = new EventModel({ error: apiError(503, "busy", 30_000) }, answer(text("late")));
  const run = await driveTurns(
    turnsRequest({
      model,
      history,
      retryPolicy: { maxAttempts: 4, baseMs: 500, capMs: 10_000, budgetMs: 40_000 },
    }),
    {
      signal: controller.signal,
      commit(step) {
        if (step.kind !== "event" || step.event.event !== "llm_retry") return;
        setTimeout(() => controller.abort(REASON));
      },
    },
  );
  assertCancelled(run);
  deepEqual(dataOf(run, "llm_retry").map(({ wait_ms }) => wait_ms), [30_000]);
  equal(eventNames(run).at(-1), "llm_call_end");
  equal(model.requests.length, 1);
  deepEqual(history, [USER_HI]);
});

Deno.test("20.13-18e cancel while a tool sleeps", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const tool = new CountingTool("Sleep", async (_input, { signal }) => {
    queueMicrotask(() => controller.abort(REASON));
    await untilAborted(signal);
    throw signal.reason;
  });
  const model = new EventModel(answer(call("c1", "Sleep", "{}")));
  const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }), controller);
  assertCancelled(run);
  equal(tool.running, 0);
  equal(model.requests.length, 1);
});

Deno.test("20.12-W12 a cancel before the first step is honoured, and not the next run's business", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(answer(text("ok")));
  const request = turnsRequest({ model, history });
  const stopped = await driveTurns(request, { signal: AbortSignal.abort(REASON) });
  assertCancelled(stopped);
  deepEqual(stopped.steps, []);
  equal(model.requests.length, 0);
  equal((await driveTurns(request)).result, "finished");
});

Deno.test("20.12-W12 a cancel before the first step leaves open calls open", async () => {
  const tool = new CountingTool("Noop", () => ({ summary: "done" }));
  const open: Item = { kind: "tool_call", call_id: "c1", name: "Noop", arguments: "{}" };
  const history: Item[] = [USER_HI, open];
  const request = turnsRequest({ model: new EventModel(), history, tools: [tool] });
  const run = await driveTurns(request, { signal: AbortSignal.abort(REASON) });
  assertCancelled(run);
  deepEqual(run.steps, []);
  deepEqual(tool.begun, []);
});

Deno.test("spec 10 §6.4 a cancel in the instant of the end loses: the answer is whole and kept", async () => {
  const history: Item[] = [USER_HI];
  const controller = new AbortController();
  const model = new EventModel(answer(text("whole")));
  const run = await driveTurns(turnsRequest({ model, history }), {
    signal: controller.signal,
    commit(step) {
      if (step.kind === "append") controller.abort(REASON);
    },
  });
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, textMessage("assistant", "whole")]);
});

Deno.test("decision 18: a stream that a stop cuts short is closed", async () => {
  const controller = new AbortController();
  const model = new EventModel(answer(text("a", "b", "c")));
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI] }), {
    signal: controller.signal,
    async commit(step) {
      if (step.kind !== "event" || step.event.event !== "text_delta") return;
      controller.abort(REASON);
      await yieldToEventLoop();
    },
  });
  assertCancelled(run);
  equal(model.openStreams, 0);
  equal(eventNames(run).at(-1), "llm_call_end");
});

Deno.test("decision 18: a stream that delivers in the instant of the stop is closed too", async () => {
  const controller = new AbortController();
  const model = new EventModel(answer(text("late")));
  model.stream = async function* (...args) {
    model.openStreams++;
    try {
      controller.abort(REASON);
      yield* EventModel.prototype.stream.apply(model, [args[0], new AbortController().signal]);
    } finally {
      model.openStreams--;
    }
  };
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI] }), controller);
  assertCancelled(run);
  equal(model.openStreams, 0);
});
