import { type Item, messageText, textMessage } from "../../lib/protocol/mod.ts";
import { ModelError, type ModelPrice } from "../../lib/providers/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { dataOf, driveTurns, runErrorOf, turnsRequest } from "../support/drive_turns.ts";
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
const BUSY: Played = { error: apiError(503, "busy", 0) };

/** A model of provider `lab` with this id; a million tokens of any kind cost `usd`. */
function named(id: string, answers: ConstructorParameters<typeof EventModel>, usd?: number) {
  const model = new EventModel(...answers);
  const price: ModelPrice | undefined = usd === undefined ? undefined : { input: usd, output: usd };
  model.info = { ...model.info, provider: "lab", id, ...(price && { price }) };
  return model;
}

Deno.test("fallback: a model that stays down after its retries is followed by the next", async () => {
  const history: Item[] = [USER_HI];
  const first = named("first", [BUSY, BUSY], 1);
  const second = named("second", [BUSY, BUSY], 2);
  const third = named("third", [answer(text("Here."))], 3);
  const run = await driveTurns(
    turnsRequest({ model: first, fallbacks: [second, third], history }),
  );
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, textMessage("assistant", "Here.")]);
  deepEqual([first, second, third].map(({ requests }) => requests.length), [2, 2, 1]);
  equal(third.requests[0], first.requests[0]);
  deepEqual(dataOf(run, "alert").map(({ level, source, message }) => [level, source, message]), [
    [
      "warn",
      "worker",
      "lab/first stays down: API error (status: 503): busy; going on with lab/second",
    ],
    [
      "warn",
      "worker",
      "lab/second stays down: API error (status: 503): busy; going on with lab/third",
    ],
  ]);
  // It is one call, with the usage and the price of the one that answered.
  deepEqual(dataOf(run, "llm_call_start"), [{ llm_call: 0 }]);
  deepEqual(dataOf(run, "llm_retry").map(({ failed_attempt }) => failed_attempt), [1, 1]);
  deepEqual(dataOf(run, "usage"), [{ input_tokens: 10, output_tokens: 5, cost_usd: 45e-6 }]);
  equal(dataOf(run, "turn_end")[0]?.model, "third");
});

Deno.test("fallback: the run stays with it, the next run starts with the first model again", async () => {
  const tool = new CountingTool("Noop", () => ({ summary: "done" }));
  const first = named("first", [BUSY, BUSY, answer(text("I am back."))]);
  const second = named("second", [answer(call("c1", "Noop", "{}")), answer(text("Done."))]);
  const request = turnsRequest({
    model: first,
    fallbacks: [second],
    history: [USER_HI],
    tools: [tool],
  });
  const run = await driveTurns(request);
  deepEqual(dataOf(run, "turn_end").map(({ model }) => model), ["second", "second"]);
  equal(first.requests.length, 2);
  const next = await driveTurns(request);
  equal(next.result, "finished");
  deepEqual([first.requests.length, second.requests.length], [3, 2]);
  deepEqual(Object.keys(dataOf(next, "turn_end")[0] ?? {}), ["turn", "result", "stop_reason"]);
});

Deno.test("fallback: when all are down, the last one's error ends the run", async () => {
  const history: Item[] = [USER_HI];
  const down = { error: apiError(529, "overloaded", 0) };
  const run = await driveTurns(turnsRequest({
    model: named("first", [BUSY, BUSY]),
    fallbacks: [named("second", [down, down])],
    history,
  }));
  equal(runErrorOf(run), "Client error: API error (status: 529): overloaded");
  deepEqual(history, [USER_HI]);
});

Deno.test("fallback: a wait beyond the budget is a reason too; a refused request is none", async () => {
  const patient = named("first", [{ error: apiError(429, "slow down", 60_000) }]);
  const second = named("second", [answer(text("ok"))]);
  const run = await driveTurns(
    turnsRequest({ model: patient, fallbacks: [second], history: [USER_HI] }),
  );
  equal(run.result, "finished");
  equal(patient.requests.length, 1);

  const refused = named("first", [{ error: apiError(401, "no key") }]);
  const unasked = named("second", []);
  const failed = await driveTurns(
    turnsRequest({ model: refused, fallbacks: [unasked], history: [USER_HI] }),
  );
  equal(runErrorOf(failed), "Client error: API error (status: 401): no key");
  equal(unasked.requests.length, 0);
});

Deno.test("fallback: streams that keep breaking are a reason too; whole texts stay", async () => {
  const history: Item[] = [USER_HI];
  const error = new ModelError("broken", "SSE parse error: reset");
  const lost: Played = { events: [usage(10, 1), ...text("Some. ")(0)], error };
  const first = named("first", [lost, lost, lost], 1);
  const second = named("second", [lost, answer(text("Rest."))], 2);
  const run = await driveTurns(
    turnsRequest({ model: first, fallbacks: [second], history, maxContinuations: 2 }),
  );
  equal(run.result, "finished");
  // The one that brings the next model is the first of its own.
  deepEqual(dataOf(run, "llm_continuation").map(({ attempt }) => attempt), [1, 2, 1, 2]);
  equal(dataOf(run, "alert").length, 1);
  // Each call costs what its own model costs.
  deepEqual(dataOf(run, "usage").map(({ cost_usd }) => cost_usd), [
    11e-6,
    11e-6,
    11e-6,
    22e-6,
    30e-6,
  ]);
  const words = history.flatMap((item) =>
    item.kind === "message" && item.role === "assistant" ? [messageText(item)] : []
  );
  deepEqual(words, ["Some. ", "Some. ", "Some. ", "Some. ", "Rest."]);
  deepEqual(second.requests[1]?.items, history.slice(0, -1));
});
