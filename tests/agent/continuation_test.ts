import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import { ModelError, type ModelEvent } from "../../lib/providers/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import {
  committedOf,
  dataOf,
  type DrivenRun,
  driveTurns,
  eventNames,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import {
  answer,
  apiError,
  call,
  EventModel,
  type Played,
  text,
  thinking,
  usage,
} from "../support/event_model.ts";

const USER_HI: Item = textMessage("user", "hi");
const RESET = new ModelError("broken", "SSE parse error: connection reset");

/** A stream that breaks after these events. */
function broken(...events: ModelEvent[][]): Played {
  return { events: events.flat(), error: RESET };
}

/** The beginning of a block that never ends. */
function cutOff(events: ModelEvent[]): ModelEvent[] {
  return events.slice(0, -1);
}

/** What happened, in order: `+` an item in the history, else the event's name. */
function storyOf({ steps }: DrivenRun): string[] {
  return steps.map((step) => {
    if (step.kind === "event") return step.event.event;
    return step.kind === "append" ? `+${step.item.kind}` : `+${step.kind}`;
  });
}

function isGoOn(item: Item | undefined): boolean {
  return item?.kind === "message" && item.role === "system" &&
    JSON.stringify(item.content).includes("The connection broke");
}

Deno.test("20.13-25 10.15-28 a break after a whole text and an open one", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(
    broken(text("All said. ")(0), [usage(10, 2)], cutOff(text("Half a wo")(1))),
    answer(text("The rest.")),
  );
  const run = await driveTurns(turnsRequest({ model, history }));
  equal(run.result, "finished");
  deepEqual(storyOf(run), [
    "turn_start",
    "llm_call_start",
    "text_delta",
    "text_done",
    "text_delta",
    "+usage",
    "usage",
    "llm_call_end",
    "+message",
    "+message",
    "llm_continuation",
    "llm_call_start",
    "text_delta",
    "text_done",
    "+message",
    "+usage",
    "usage",
    "llm_call_end",
    "turn_end",
  ]);
  deepEqual(dataOf(run, "llm_continuation"), [
    { llm_call: 0, attempt: 1, max_attempts: 3, reason: "SSE parse error: connection reset" },
  ]);
  deepEqual(dataOf(run, "llm_call_start"), [{ llm_call: 0 }, { llm_call: 1 }]);
  const [user, kept, note, rest] = history;
  deepEqual([user, kept, rest], [
    USER_HI,
    textMessage("assistant", "All said. "),
    textMessage("assistant", "The rest."),
  ]);
  ok(isGoOn(note));
  deepEqual(model.requests[1]?.items, history.slice(0, 3));
  deepEqual(committedOf(run), history.slice(1));
});

Deno.test("20.13-25 a whole tool call of a broken stream is never executed", async () => {
  const history: Item[] = [USER_HI];
  const tool = new CountingTool("Noop", () => ({ summary: "done" }));
  const model = new EventModel(
    broken(text("I look.")(0), call("c1", "Noop", "{}")(1)),
    answer(text("Done.")),
  );
  const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }));
  equal(run.result, "finished");
  deepEqual(tool.begun, []);
  equal(history.some((item) => item.kind === "tool_call"), false);
});

Deno.test("20.12-W23 without a whole text the answer is asked for anew, with the same request", async () => {
  const cases = {
    "an open text": [cutOff(text("Hel")(0))],
    "a thought": [thinking({ signature: "S" }, "hm")(0)],
    "a thought and a call": [thinking({ signature: "S" }, "hm")(0), call("c1", "No", "{}")(1)],
    "a thought after which a text had begun": [
      thinking({ signature: "S" }, "hm")(0),
      cutOff(text("I")(1)),
    ],
  };
  for (const [name, blocks] of Object.entries(cases)) {
    const history: Item[] = [USER_HI];
    const model = new EventModel(broken(...blocks), answer(text("ok")));
    const run = await driveTurns(turnsRequest({ model, history }));
    equal(run.result, "finished", name);
    deepEqual(model.requests[1], model.requests[0], name);
    deepEqual(history, [USER_HI, textMessage("assistant", "ok")], name);
    equal(dataOf(run, "llm_continuation").length, 1, name);
  }
});

Deno.test("20.13-25 thoughts stay with the text that they led to, and only with it", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(
    broken(
      thinking({ signature: "S1" }, "first")(0),
      thinking({ signature: "S2" }, "second")(1),
      text("So.")(2),
      thinking({ signature: "S3" }, "third")(3),
      call("c1", "No", "{}")(4),
      text("And.")(5),
      thinking({ signature: "S4" }, "fourth")(6),
    ),
    answer(text("ok")),
  );
  await driveTurns(turnsRequest({ model, history }));
  deepEqual(history.slice(1, 5), [
    { kind: "reasoning", text: "first", signature: "S1" },
    { kind: "reasoning", text: "second", signature: "S2" },
    textMessage("assistant", "So."),
    textMessage("assistant", "And."),
  ]);
  ok(isGoOn(history[5]));
});

Deno.test("20.13-26 four breaks in a row: three continuations, then the error", async () => {
  const history: Item[] = [USER_HI];
  const breaks = ["one", "two", "three", "four"].map((word) => broken(text(`${word} `)(0)));
  const model = new EventModel(...breaks);
  const run = await driveTurns(turnsRequest({ model, history }));
  equal(
    runErrorOf(run),
    "Client error: API error: LLM stream interrupted too many times: " +
      "SSE parse error: connection reset",
  );
  deepEqual(dataOf(run, "llm_continuation").map(({ attempt }) => attempt), [1, 2, 3]);
  equal(model.requests.length, 4);
  equal(eventNames(run).at(-1), "llm_call_end");
  equal(eventNames(run).includes("turn_end"), false);
  const kept = history.filter((item) => item.kind === "message" && item.role === "assistant");
  deepEqual(kept, ["one ", "two ", "three "].map((word) => textMessage("assistant", word)));
});

Deno.test("20.13-26 break, success, break: the counter starts again", async () => {
  const tool = new CountingTool("Noop", () => ({ summary: "done" }));
  const lost = broken(cutOff(text("lost")(0)));
  const model = new EventModel(
    lost,
    lost,
    lost,
    answer(call("c1", "Noop", "{}")),
    lost,
    answer(text("ok")),
  );
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI], tools: [tool] }));
  equal(run.result, "finished");
  deepEqual(dataOf(run, "llm_continuation").map(({ attempt }) => attempt), [1, 2, 3, 1]);
});

Deno.test("spec 20 §5.2 the number of continuations can be set", async () => {
  const model = new EventModel(broken(cutOff(text("a")(0))), broken(cutOff(text("b")(0))));
  const run = await driveTurns(
    turnsRequest({ model, history: [USER_HI], maxContinuations: 1 }),
  );
  match(runErrorOf(run) ?? "", /interrupted too many times/);
  deepEqual(dataOf(run, "llm_continuation"), [
    { llm_call: 0, attempt: 1, max_attempts: 1, reason: RESET.message },
  ]);
});

Deno.test("spec 20 §5.2 a continuation passes the hooks again, and may be retried like any call", async () => {
  const history: Item[] = [USER_HI];
  const note = textMessage("system", "news");
  const model = new EventModel(
    broken(cutOff(text("a")(0))),
    { error: apiError(503, "busy") },
    answer(text("ok")),
  );
  let asked = 0;
  const hooks = {
    pendingItems: () => ++asked === 2 ? [{ item: note }] : [],
    beforeRequest(items: Item[]) {
      items.push(textMessage("system", `request ${asked}`));
    },
  };
  const run = await driveTurns(turnsRequest({ model, history, hooks }));
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, note, textMessage("assistant", "ok")]);
  deepEqual(model.requests[1]?.items, [USER_HI, note, textMessage("system", "request 2")]);
  equal(dataOf(run, "llm_retry")[0]?.llm_call, 1);
});

Deno.test("20.13-27 an error in the stream that does not pass ends the run, and keeps nothing", async () => {
  const history: Item[] = [USER_HI];
  const error = new ModelError("api", "API error [content_blocked]: no", {
    apiCode: "content_blocked",
  });
  const model = new EventModel({ events: text("Whole.")(0), error });
  const run = await driveTurns(turnsRequest({ model, history }));
  equal(runErrorOf(run), "Client error: API error [content_blocked]: no");
  deepEqual(history, [USER_HI]);
  equal(model.requests.length, 1);
});
