import { type Item, textMessage } from "../../lib/protocol/mod.ts";
import type { ModelEvent } from "../../lib/providers/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { dataOf, driveTurns, eventsOf, turnsRequest } from "../support/drive_turns.ts";
import { answer, call, EventModel, refusal, text, thinking } from "../support/event_model.ts";

/** What the model's `events` leave in the history of one run, and what clients see. */
async function hear(...events: ModelEvent[][]) {
  const history: Item[] = [];
  const tool = new CountingTool("Weather", () => ({ summary: "sunny" }));
  const model = new EventModel(...events, answer());
  const run = await driveTurns(turnsRequest({ model, history, tools: [tool] }));
  equal(run.result, "finished");
  return { history, run, tool };
}

Deno.test("20.13-4 a tool call in two fragments: start with id and name, done with all arguments", async () => {
  const { history, run, tool } = await hear(
    answer(call("c1", "Weather", '{"city":', '"Tokyo"}')),
  );
  deepEqual(history[0], {
    kind: "tool_call",
    call_id: "c1",
    name: "Weather",
    arguments: '{"city":"Tokyo"}',
  });
  deepEqual(dataOf(run, "tool_call_start"), [{ id: "c1", name: "Weather" }]);
  deepEqual(dataOf(run, "tool_call_args_delta"), [
    { id: "c1", json: '{"city":' },
    { id: "c1", json: '"Tokyo"}' },
  ]);
  deepEqual(dataOf(run, "tool_call_done"), [
    { id: "c1", name: "Weather", arguments: '{"city":"Tokyo"}' },
  ]);
  deepEqual(tool.begun, [{ id: "c1", input: { city: "Tokyo" } }]);
});

Deno.test("20.13-5 a tool call without fragments: {} in history, for the tool and in the event", async () => {
  const { history, run, tool } = await hear(answer(call("c1", "Weather")));
  deepEqual(history[0], { kind: "tool_call", call_id: "c1", name: "Weather", arguments: "{}" });
  deepEqual(tool.begun, [{ id: "c1", input: {} }]);
  equal(dataOf(run, "tool_call_done")[0]?.arguments, "{}");
});

Deno.test("20.12-W7 event and history carry the same text, also for unusable arguments", async () => {
  for (const given of ['{"b":1, "a":2}', "null", "", "{not json"]) {
    const { history, run } = await hear(answer(call("c1", "Weather", given)));
    const expected = given.startsWith('{"b') ? '{"a":2,"b":1}' : "{}";
    const [item] = history;
    equal(item?.kind === "tool_call" && item.arguments, expected, given);
    equal(dataOf(run, "tool_call_done")[0]?.arguments, expected, given);
  }
});

Deno.test("20.12-W27 items keep the order of the stream", async () => {
  const { history } = await hear(answer(
    thinking({ signature: "S1" }, "first"),
    text("I look. "),
    call("c1", "Weather"),
    thinking({ signature: "S2" }, "then"),
    text("And "),
    text("again."),
    call("c2", "Weather"),
  ));
  deepEqual(history.slice(0, 6), [
    { kind: "reasoning", text: "first", signature: "S1" },
    textMessage("assistant", "I look. "),
    { kind: "tool_call", call_id: "c1", name: "Weather", arguments: "{}" },
    { kind: "reasoning", text: "then", signature: "S2" },
    textMessage("assistant", "And again."),
    { kind: "tool_call", call_id: "c2", name: "Weather", arguments: "{}" },
  ]);
});

Deno.test("texts of different phases are messages of their own", async () => {
  const said = (phase: string | undefined, ...deltas: string[]) => (index: number) =>
    text(...deltas)(index).map((event): ModelEvent =>
      event.type === "block_start" && phase !== undefined
        ? { ...event, block: { kind: "text", phase } }
        : event
    );
  const { history } = await hear(answer(
    said("commentary", "I "),
    said("commentary", "look."),
    said("final_answer", "It is"),
    said(undefined, "sunny."),
  ));
  deepEqual(history, [
    { ...textMessage("assistant", "I look."), phase: "commentary" },
    { ...textMessage("assistant", "It is"), phase: "final_answer" },
    textMessage("assistant", "sunny."),
  ]);
});

Deno.test("spec 20 §4.2 overlapping blocks do not disturb each other", async () => {
  const [startA, deltaA, deltaA2, stopA] = call("c1", "Weather", '{"a":', "1}")(0);
  const [startB, deltaB, deltaB2, stopB] = call("c2", "Weather", '{"b":', "2}")(1);
  const events = [startA, startB, deltaB, deltaA, deltaB2, stopB, deltaA2, stopA];
  const { history } = await hear([
    ...events.filter((event) => event !== undefined),
    { type: "stop", reason: "tool_use" },
  ]);
  deepEqual(
    history.slice(0, 2).map((item) => item.kind === "tool_call" && [item.call_id, item.arguments]),
    [["c1", '{"a":1}'], ["c2", '{"b":2}']],
  );
});

Deno.test("spec 20 §4.2 thinking: start, deltas and done, also without any text", async () => {
  const { history, run } = await hear(
    answer(
      thinking(undefined, "hm", "m"),
      thinking({ encryptedContent: "XX" }),
      thinking(undefined),
    ),
  );
  deepEqual(eventsOf(run).slice(2, 10), [
    { event: "thinking_start" },
    { event: "thinking_delta", data: { text: "hm" } },
    { event: "thinking_delta", data: { text: "m" } },
    { event: "thinking_done", data: { text: "hmm" } },
    { event: "thinking_start" },
    { event: "thinking_done", data: { text: "" } },
    { event: "thinking_start" },
    { event: "thinking_done", data: { text: "" } },
  ]);
  deepEqual(history, [
    { kind: "reasoning", text: "hmm" },
    { kind: "reasoning", text: "", encrypted_content: "XX" },
  ]);
});

Deno.test("spec 20 §1.2 what the end of a thinking block brings replaces what was streamed", async () => {
  const { history, run } = await hear(
    answer(thinking({ text: "whole", summary: ["Plan"], encryptedContent: "XX" }, "who")),
  );
  deepEqual(dataOf(run, "thinking_done"), [{ text: "whole" }]);
  deepEqual(history, [
    { kind: "reasoning", text: "whole", summary: ["Plan"], encrypted_content: "XX" },
  ]);
});

Deno.test("20.12-W33 a summary is shown and kept apart from the thought itself", async () => {
  const { history, run } = await hear(
    answer(thinking({ text: "", summary: ["Plan"], encryptedContent: "XX" }, "Pl", "an")),
  );
  deepEqual(dataOf(run, "thinking_done"), [{ text: "Plan" }]);
  deepEqual(history, [
    { kind: "reasoning", text: "", summary: ["Plan"], encrypted_content: "XX" },
  ]);
});

Deno.test("20.12-W25 a refusal is kept as such, beside the text before it", async () => {
  const { history, run } = await hear(answer(text("Well, "), refusal("I can", "not.")));
  deepEqual(history, [{
    kind: "message",
    role: "assistant",
    content: [{ kind: "text", text: "Well, " }, { kind: "refusal", refusal: "I cannot." }],
  }]);
  deepEqual(dataOf(run, "text_done"), [{ text: "Well, " }, { text: "I cannot." }]);
});

Deno.test("spec 20 §1.2 a text block without text leaves no message", async () => {
  const { history } = await hear(answer(text()));
  deepEqual(history, []);
});

Deno.test("spec 20 §4.2 a block that was not closed leaves nothing in the history", async () => {
  const unfinished = [
    ...text("half")(0).slice(0, 2),
    ...call("c1", "Weather", "{}")(1).slice(0, 2),
  ];
  const { history, tool } = await hear([
    ...unfinished,
    ...text("whole")(2),
    { type: "stop", reason: "end_turn" },
  ]);
  deepEqual(history, [textMessage("assistant", "whole")]);
  deepEqual(tool.begun, []);
});
