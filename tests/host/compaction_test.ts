import fc from "fast-check";
import { defaultCompaction } from "../../lib/host/compaction.ts";
import { equal, ok } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { measuring, open, told } from "../pod/compacting_pod.ts";

const SUMMARY = answer(call("s1", "write_summary", '{"text":"what was done"}'));

Deno.test("40.11-W16 without a word about it a conversation is kept within its model's window", async () => {
  const model = new EventModel(
    measuring(1401, text("y".repeat(1000))),
    measuring(100, text("two")),
  );
  const summariser = new EventModel(SUMMARY, answer(text("ok")));
  await using opened = await open(model, summariser, defaultCompaction(2000));
  const { bench } = opened;
  await bench.run("x".repeat(4000));
  await bench.run("second");
  ok(told(bench).includes("compact_done"));
  equal(summariser.requests.length, 2);
});

Deno.test("40.11-W16 whatever the window, the defaults leave room for an answer and for something to gain", () => {
  fc.assert(fc.property(fc.integer({ min: 1000, max: 2_000_000 }), (contextWindow) => {
    const settings = defaultCompaction(contextWindow);
    const { threshold = NaN, request_threshold = NaN } = settings;
    ok(threshold < request_threshold && request_threshold < contextWindow * 0.9);
    ok(settings.retained_tokens + settings.summary_max_tokens < threshold / 2);
    ok(settings.result_context_max_tokens < threshold);
    ok(settings.worker_context_max_tokens < contextWindow);
    ok(settings.final_reserve_tokens < settings.finish_warning_remaining_tokens);
    ok(settings.overview_deadline_tokens < settings.worker_context_max_tokens);
  }));
});
