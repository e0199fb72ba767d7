import { deepEqual, equal } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, text, usage } from "../support/event_model.ts";
import { measuring, open } from "./compacting_pod.ts";
import { at, Bench, brief } from "./support.ts";

/** A tool with a lot to say. */
const wordy = new CountingTool(
  "Wordy",
  (_input, { callId }) =>
    Promise.resolve({ summary: `wrote ${callId}`, content: "w".repeat(20_000) }),
);

/** An answer whose prompt nobody has measured. */
function unmeasured(words: string) {
  return answer(text(words)).map((event) => event.type === "usage" ? usage(0, 0) : event);
}

function contextTokens(bench: Bench): number {
  return JSON.parse(bench.pod.snapshotJson()).data.greeting.context_tokens;
}

/** What the pod counts, and what one would count that started from its log. */
function counts(bench: Bench): number[] {
  const before = contextTokens(bench);
  bench.restart();
  return [before, contextTokens(bench)];
}

Deno.test("40.12-16 40.7 what was taken back is not counted", async () => {
  const model = new EventModel(measuring(500, text("one")), [], unmeasured("three"));
  await using opened = await open(model, new EventModel(), {});
  const { bench } = opened;
  await bench.run("first");
  const { result } = await bench.run("x".repeat(40_000), at("llm_call_start", "cancel"));
  equal(result, "rolled_back");
  await bench.run("third");
  const [before, after] = counts(bench);
  equal(before, after);
});

Deno.test("40.12-16 40.6 what was taken back is not sent, though old output was dropped for it", async () => {
  const model = new EventModel(
    measuring(20, call("c1", "Wordy")),
    measuring(10_000, text("one")),
    [],
    answer(text("three")),
  );
  const limits = { prune_protected_tokens: 0, prune_min_savings: 6000 };
  await using opened = await open(model, new EventModel(), limits, { tools: [wordy] });
  const { bench } = opened;
  await bench.run("first");
  await bench.run("secret", at("llm_call_start", "cancel"));
  await bench.run("third");
  deepEqual(brief(model.requests.at(-1)?.items ?? []), [
    "user: first",
    "call c1",
    "result c1: wrote c1",
    "assistant: one",
    "user: third",
  ]);
});

Deno.test("40.11-W12 40.7 a pod that starts from its log counts what it had dropped as before", async () => {
  const model = new EventModel(
    ...[5000, 10_000, 15_000, 20_000].map((tokens, index) =>
      measuring(tokens, call(`c${index}`, "Wordy"))
    ),
    unmeasured("done"),
  );
  await using opened = await open(model, new EventModel(), { prune_min_savings: 12_000 }, {
    tools: [wordy],
  });
  const { bench } = opened;
  await bench.run("go");
  const [before, after] = counts(bench);
  equal(before, after);
});
