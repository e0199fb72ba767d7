import { messageText } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { measuring, open } from "./compacting_pod.ts";
import { brief } from "./support.ts";

const SUMMARY = answer(call("s1", "write_summary", '{"text":"what was done"}'));

Deno.test("30.6.4 a pod that dies right after making room knows that a run was going on", async () => {
  const model = new EventModel(
    measuring(5000, call("c1", "Echo", '{"a":1}')),
    answer(text("two")),
    answer(text("three")),
  );
  await using opened = await open(model, new EventModel(SUMMARY, answer(text("ok"))), {
    request_threshold: 4000,
    retained_tokens: 0,
  });
  const { bench } = opened;
  let dying = "";
  bench.onEvent = ({ event }) => {
    if (event === "compact_done") dying = Deno.readTextFileSync(bench.path);
  };
  await bench.run("first");
  bench.onEvent = () => {};
  bench.dieWith({ segmentId: bench.pod.segmentId, logText: dying });
  await bench.run("again");
  match(
    brief(bench.pod.history).join("\n"),
    /\[The previous turn ended early because this program/,
  );
});

Deno.test("30.6.4 what waits for the model moves to the new segment", async () => {
  const model = new EventModel(measuring(500, text("one")), answer(text("two")));
  await using opened = await open(model, new EventModel(SUMMARY, answer(text("ok"))), {
    threshold: 1,
    retained_tokens: 0,
  });
  const { bench } = opened;
  await bench.run("first");
  bench.pod.notify({ kind: "notification", message: "before", auto_run: false }, false);
  bench.onEvent = ({ event }) => {
    if (event === "compact_start") {
      bench.pod.notify({ kind: "notification", message: "meanwhile" }, false);
    }
    if (event === "compact_done") deepEqual(bench.waiting(), ["before", "meanwhile"]);
  };
  await bench.run("second");
  const notes = bench.pod.history.filter((item) =>
    item.kind === "message" && messageText(item).startsWith("[Notification]")
  );
  equal(notes.length, 2);
  deepEqual(bench.waiting(), []);
});

Deno.test("40.11-W4 what a compaction leaves speaks of the session's first day: the model is told again", async () => {
  const sessionId = "0192f0e8-4d84-7d6e-a000-0000000000aa";
  const answers = ["one", "two", "three"].map((words) => measuring(500, text(words)));
  const model = new EventModel(...answers);
  await using opened = await open(
    model,
    new EventModel(SUMMARY, answer(text("ok"))),
    { retained_tokens: 0 },
    { sessionId },
  );
  const { bench } = opened;
  await bench.run("first");
  await bench.pod.compact(new AbortController().signal);
  bench.restart();
  await bench.run("second");
  await bench.run("third");
  const notes = (index: number) =>
    brief(model.requests[index]?.items ?? []).filter((line) => line.includes("[Notification]"));
  deepEqual(notes(0), []);
  match(notes(1).join(), /^system: \[Notification\]\nToday is \d{4}-\d\d-\d\d /);
  equal(notes(2).length, 1);
});

Deno.test("30.14-30 of what was noted beside the conversation only the scope, what waits and what holds go with it", async () => {
  const model = new EventModel(
    measuring(500, text("one")),
    measuring(500, text("two")),
    answer(text("three")),
  );
  await using opened = await open(model, new EventModel(SUMMARY, answer(text("ok"))), {
    retained_tokens: 0,
  });
  const { bench } = opened;
  await bench.run("first");
  const pointer = { processed_through_entry: 3, processed_through_history_len: 2, staging_id: "" };
  for (const [domain, payload] of [["memory.extract", pointer], ["somebody.else", 1]] as const) {
    bench.appendForeign({ kind: "extension", ts: 1, domain, payload });
  }
  bench.restart();
  await bench.run("second");
  bench.pod.notify({ kind: "notification", message: "waits", auto_run: false }, false);
  const { sessionId } = bench.parts;
  const old = bench.pod.segmentId;
  const oldText = Deno.readTextFileSync(bench.path);
  await bench.pod.compact(new AbortController().signal);

  const domains = bench.entries().flatMap((entry) =>
    entry.kind === "extension" ? entry.domain : entry.kind
  );
  deepEqual(domains, ["segment_start", "pod.scope", "metrics", "pod.notification"]);
  equal(Deno.readTextFileSync(bench.store.segmentPath(sessionId, old)), oldText);
  deepEqual(bench.replayed().userInputs, []);
  deepEqual(bench.pod.listRewindTargets().targets, []);

  await bench.run("third");
  deepEqual(bench.replayed().userInputs, [[{ kind: "text", content: "third" }]]);
  deepEqual(bench.pod.listRewindTargets().targets.map(({ preview }) => preview), ["third"]);
  bench.assertWhole();
});
