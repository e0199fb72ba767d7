import { deepEqual, equal } from "../../support/assert.ts";
import { Tally } from "../../../lib/cli/output/tally.ts";

Deno.test("Tally sums usage over calls and keeps the text of the last finished turn", () => {
  const tally = new Tally();
  tally.add({ event: "turn_start", data: { turn: 0 } });
  tally.add({ event: "text_done", data: { text: "Let me look." } });
  tally.add({
    event: "usage",
    data: { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 4 },
  });
  tally.add({ event: "llm_call_end", data: { llm_call: 0 } });
  tally.add({ event: "turn_end", data: { turn: 0, result: "finished" } });
  equal(tally.text, "Let me look.");

  tally.add({ event: "turn_start", data: { turn: 1 } });
  tally.add({ event: "text_done", data: { text: "All " } });
  tally.add({ event: "text_done", data: { text: "done." } });
  tally.add({ event: "usage", data: { input_tokens: 20, output_tokens: null } });
  tally.add({ event: "llm_call_end", data: { llm_call: 1 } });
  equal(tally.text, "Let me look.", "the turn is not over");
  tally.add({ event: "turn_end", data: { turn: 1, result: "paused" } });
  deepEqual([tally.text, tally.turns], ["Let me look.", 1], "a paused turn goes on later");
  tally.add({ event: "turn_end", data: { turn: 1, result: "finished", stop_reason: "end_turn" } });

  equal(tally.text, "All done.");
  equal(tally.turns, 2);
  equal(tally.stopReason, "end_turn");
  deepEqual(tally.usage, {
    input_tokens: 30,
    output_tokens: 2,
    cache_read_tokens: 4,
    llm_calls: 2,
  });
});
