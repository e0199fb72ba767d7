import type { PromptCatalog } from "../../lib/context/mod.ts";
import { deepEqual, equal, notEqual } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { measuring, open } from "./compacting_pod.ts";
import { hangingTool } from "./hanging.ts";
import { Bench, brief } from "./support.ts";

/** Says what it is asked for. */
const PARROT: PromptCatalog = {
  render: (key, inputs) => `${key} ${JSON.stringify(inputs)}`,
};

Deno.test("40.12-3 40.11-W1 30.13-10 a prompt that cannot be made fails each run until it can; nothing is logged", async () => {
  let prompt: string | null = null;
  const renderSystemPrompt = () => {
    if (prompt === null) throw new Error("ghost");
    return prompt;
  };
  const model = new EventModel(answer(text("fine")), answer(text("fine")));
  using bench = await Bench.open({ model, renderSystemPrompt });
  for (const _run of [1, 2]) {
    deepEqual(await bench.run("go"), { result: "failed", code: "internal", message: "ghost" });
    deepEqual([bench.entries(), bench.pod.history], [[], []]);
  }
  prompt = "You are back.";
  await bench.run("go");
  prompt = "You are somebody else.";
  await bench.run("go");
  deepEqual(model.requests.map(({ system }) => system), ["You are back.", "You are back."]);
  equal(bench.replayed().systemPrompt, "You are back.");
});

Deno.test("40.12-5 the prompt of the first run stays, past a compaction and a restart", async () => {
  const numbers = [1, 2, 3, 4].values();
  const renderSystemPrompt = () => `Made ${numbers.next().value} time(s).`;
  const summary = answer(call("s", "write_summary", '{"text":"what was done"}'));
  const model = new EventModel(
    measuring(500, text("one")),
    answer(text("two")),
    answer(text("three")),
  );
  const summariser = new EventModel(summary, answer(text("ok")), answer(text("ok")));
  await using opened = await open(model, summariser, { threshold: 1, retained_tokens: 0 }, {
    renderSystemPrompt,
  });
  const { bench } = opened;
  await bench.run("first");
  const before = bench.pod.segmentId;
  await bench.run("second");
  notEqual(bench.pod.segmentId, before);
  bench.restart();
  await bench.run("third");
  deepEqual(model.requests.map(({ system }) => system), Array(3).fill("Made 1 time(s)."));
  equal(bench.replayed().systemPrompt, "Made 1 time(s).");
});

Deno.test("40.1.8 40.12-21 the pod says in the catalog's words what was interrupted and what has come", async () => {
  const tool = hangingTool(() => bench.stop("cancel"));
  const calls = answer(call("begun", "Hang"), call("open", "Hang"));
  const model = new EventModel(calls, answer(text("fine")));
  using bench = await Bench.open({ model, tools: [tool], prompts: PARROT });
  await bench.run("go");
  bench.pod.notify({ kind: "notification", message: "ping" }, false);
  bench.pod.notify({ kind: "pod_event", event: { kind: "turn_ended", pod_name: "c" } }, false);
  await bench.run("again");
  deepEqual(brief(model.requests[1]?.items ?? []), [
    "user: go",
    "call begun",
    "call open",
    "result begun: [Interrupted by user]",
    'result open: interrupt_tool_result_summary {"cause":"user"}',
    'system: interrupt_system_note {"cause":"user"}',
    "user: again",
    'system: notify_wrapper {"message":"ping"}',
    'system: notify_wrapper {"message":"pod `c` finished a turn"}',
  ]);
  bench.assertWhole();
});
