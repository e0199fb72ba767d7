import { type Item, type SystemItem, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import {
  committedOf,
  driveTurns,
  eventNames,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import { answer, EventModel, text } from "../support/event_model.ts";

const USER_HI: Item = textMessage("user", "hi");
const NOTE: Item = textMessage("system", "note");

Deno.test("20.13-16 pre-request append: the note is in the history and in the request", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(answer(text("ok")));
  const hooks = { beforeRequest: () => ({ kind: "append" as const, additions: [{ item: NOTE }] }) };
  const run = await driveTurns(turnsRequest({ model, history, hooks }));
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, NOTE, textMessage("assistant", "ok")]);
  deepEqual(model.requests[0]?.items, [USER_HI, NOTE]);
  deepEqual(committedOf(run), history.slice(1));
});

Deno.test("20.13-16 pre-request edit of the copy: in the request, not in the history", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel(answer(text("ok")));
  const hooks = {
    beforeRequest(items: Item[]) {
      items[0] = textMessage("user", "edited");
      items.push(NOTE);
    },
  };
  const run = await driveTurns(turnsRequest({ model, history, hooks }));
  equal(run.result, "finished");
  deepEqual(history, [USER_HI, textMessage("assistant", "ok")]);
  deepEqual(model.requests[0]?.items, [textMessage("user", "edited"), NOTE]);
});

Deno.test("20.13-16 pre-request cancel: the error says why, no call, no turn_end (decision 18)", async () => {
  const history: Item[] = [USER_HI];
  const model = new EventModel();
  const hooks = { beforeRequest: () => ({ kind: "cancel" as const, reason: "x" }) };
  const run = await driveTurns(turnsRequest({ model, history, hooks }));
  equal(runErrorOf(run), "Aborted: x");
  deepEqual(eventNames(run), ["turn_start"]);
  equal(model.requests.length, 0);
  deepEqual(history, [USER_HI]);
});

Deno.test("20.13-16 pre-request yield: result yielded, no call", async () => {
  const model = new EventModel();
  const hooks = { beforeRequest: () => ({ kind: "yield" as const }) };
  const run = await driveTurns(turnsRequest({ model, history: [USER_HI], hooks }));
  equal(run.result, "yielded");
  deepEqual(eventNames(run), ["turn_start"]);
  equal(model.requests.length, 0);
});

Deno.test("spec 20 §2.2 step 3: pending items join the history after turn_start, with their durable form", async () => {
  const history: Item[] = [USER_HI];
  const note: SystemItem = { kind: "notification", message: "ping", body: "[Notification] ping" };
  const model = new EventModel(answer(text("ok")));
  const hooks = { pendingItems: () => [{ item: NOTE, note }] };
  const run = await driveTurns(turnsRequest({ model, history, hooks }));
  equal(run.result, "finished");
  deepEqual(run.steps.slice(0, 3), [
    { kind: "event", event: { event: "turn_start", data: { turn: 0 } } },
    { kind: "append", item: NOTE, note },
    { kind: "event", event: { event: "llm_call_start", data: { llm_call: 0 } } },
  ]);
  deepEqual(model.requests[0]?.items, [USER_HI, NOTE]);
});

Deno.test("20.12-W11 a cancel while a hook works sends no request", async () => {
  for (const point of ["pendingItems", "beforeRequest"] as const) {
    const controller = new AbortController();
    const model = new EventModel(answer(text("ok")));
    const history: Item[] = [USER_HI];
    const hooks = {
      [point]: () => {
        controller.abort("user");
        return point === "pendingItems" ? [] : undefined;
      },
    };
    const run = await driveTurns(turnsRequest({ model, history, hooks }), controller);
    equal(runErrorOf(run), "Cancelled", point);
    deepEqual(eventNames(run), ["turn_start"], point);
    equal(model.requests.length, 0, point);
    deepEqual(history, [USER_HI], point);
  }
});
