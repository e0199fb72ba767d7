import { deepEqual, equal } from "../../support/assert.ts";
import { Tally } from "../../../lib/cli/output/tally.ts";
import type { Event, Greeting } from "../../../lib/protocol/mod.ts";

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

Deno.test("Tally knows what a run has cost when it knows it of each call", () => {
  const usage = (cost_usd?: number): Event => ({
    event: "usage",
    data: { input_tokens: 1, output_tokens: 1, ...(cost_usd !== undefined && { cost_usd }) },
  });
  const costOf = (...events: Event[]) => {
    const tally = new Tally();
    for (const event of events) tally.add(event);
    return tally.costUsd;
  };
  equal(costOf(), null);
  equal(costOf(usage(0.1), usage(0.2), usage(0)), 0.3);
  equal(costOf(usage(0.1), usage()), null);
});

Deno.test("40.11-W30 Tally counts what compactions have used, also one that failed", () => {
  const tally = new Tally();
  const usage = {
    llm_calls: 2,
    input_tokens: 100,
    output_tokens: 10,
    cache_read_input_tokens: 50,
    cost_usd: 0.1,
  };
  tally.add({ event: "usage", data: { input_tokens: 1, output_tokens: 1, cost_usd: 0.2 } });
  tally.add({ event: "llm_call_end", data: { llm_call: 0 } });
  tally.add({ event: "compact_done", data: { new_segment_id: "s", usage } });
  tally.add({ event: "compact_failed", data: { error: "no summary", usage } });
  tally.add({ event: "compact_failed", data: { error: "nobody was asked" } });
  deepEqual(tally.usage, {
    input_tokens: 201,
    output_tokens: 21,
    cache_read_tokens: 100,
    llm_calls: 5,
  });
  equal(tally.costUsd, 0.4);
  const { cost_usd: _, ...free } = usage;
  tally.add({ event: "compact_failed", data: { error: "at an unknown price", usage: free } });
  equal(tally.costUsd, null);
});

Deno.test("Tally names the model that gave the last answer", () => {
  const tally = new Tally();
  const greeting = { model: "own" } as Greeting;
  tally.add({ event: "snapshot", data: { entries: [], greeting, status: "idle" } });
  equal(tally.model, null);
  tally.add({ event: "turn_end", data: { turn: 0, result: "finished" } });
  equal(tally.model, "own");
  tally.add({ event: "turn_end", data: { turn: 1, result: "finished", model: "other" } });
  equal(tally.model, "other");
});
