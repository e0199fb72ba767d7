import { deepEqual, equal, throws } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { half } from "./hanging.ts";
import { at, Bench, brief, changed } from "./support.ts";
import { notificationsIn } from "./valid_request.ts";

const SIDE_EFFECTS = "history suffix will be discarded; tool side effects are not undone";

/** Three inputs; the second one led to a tool call. */
async function threeInputs(): Promise<Bench> {
  const model = new EventModel(
    answer(text("one")),
    answer(call("c1", "Echo")),
    answer(text("two")),
    answer(text("three")),
    answer(text("after")),
    answer(text("again")),
  );
  const bench = await Bench.open({ model });
  for (const input of ["first message", "second\r\nmessage", "third message"]) {
    await bench.run(input);
  }
  return bench;
}

function rewindBy(bench: Bench, count: number): void {
  const { targets, head_entries } = bench.pod.listRewindTargets();
  const target = targets[count - 1];
  if (target === undefined) throw new Error(`there are only ${targets.length} targets`);
  bench.pod.rewindTo(target.id, head_entries);
}

Deno.test("30.14-31 targets come newest first, with a preview and a warning about tools", async () => {
  using bench = await threeInputs();
  const { head_entries, targets } = bench.pod.listRewindTargets();
  equal(head_entries, bench.entries().length);
  deepEqual(
    targets.map(({ preview, turn_index, warning }) => [turn_index, preview, warning]),
    [
      [3, "third message", undefined],
      [2, "second  message", SIDE_EFFECTS],
      [1, "first message", SIDE_EFFECTS],
    ],
  );
  for (const { id, truncate_entries, expected_head_entries, timestamp_ms, eligible } of targets) {
    const input = bench.entries()[id.user_input_entry_index];
    equal(input?.kind, "user_input");
    equal(timestamp_ms, input?.ts);
    equal(bench.entries()[truncate_entries]?.kind, "invoke");
    equal(expected_head_entries, head_entries);
    equal(eligible, true);
  }
});

Deno.test("30.7.1 a preview joins the pieces of an input and is cut to 120 characters", async () => {
  using bench = await Bench.open({ model: new EventModel(answer(text("1"))) });
  const { signal } = new AbortController();
  await bench.pod.run([
    { kind: "text", content: " see " },
    { kind: "file_ref", path: "a.ts" },
    { kind: "knowledge_ref", slug: "notes" },
    { kind: "workflow_invoke", slug: "review" },
    { kind: "text", content: "😀".repeat(120) },
  ], signal);
  const [target] = bench.pod.listRewindTargets().targets;
  equal(target?.preview, `see @a.ts #notes /review ${"😀".repeat(95)}…`);
});

Deno.test("30.13-28 a pod without a session has nothing to go back to", async () => {
  using bench = await Bench.open({ model: new EventModel() });
  deepEqual(bench.pod.listRewindTargets(), { head_entries: 0, targets: [] });
});

Deno.test("30.14-32 going back to the second input keeps what was before it, on disk and in memory", async () => {
  using bench = await threeInputs();
  const before = bench.entries();
  const story = await bench.tell(() => rewindBy(bench, 2));
  equal(story.length, 3);
  const [cut, applied, status] = story;
  const { targets: [first] } = bench.pod.listRewindTargets();
  equal(first?.preview, "first message");
  deepEqual(brief(bench.pod.history), ["user: first message", "assistant: one"]);
  deepEqual(bench.entries(), before.slice(0, bench.entries().length));
  equal(cut, `L cut to ${bench.entries().length} entries`);
  equal(status, 'S status {"status":"idle"}');
  const { entries, input, summary } = JSON.parse((applied ?? "").slice("S rewind_applied ".length));
  deepEqual(entries, bench.entries());
  deepEqual(input, [{ kind: "text", content: "second\r\nmessage" }]);
  deepEqual(summary, {
    truncated_to_entries: entries.length,
    discarded_entries: before.length - entries.length,
    tool_side_effect_warning: true,
    kept_segment_id: summary.kept_segment_id,
  });
  const kept = bench.store.readEntries(bench.parts.sessionId, summary.kept_segment_id);
  deepEqual([...kept], before);
  bench.assertWhole();

  await bench.run("another way");
  deepEqual(brief(bench.pod.history).slice(2), ["user: another way", "assistant: after"]);
  bench.assertWhole();
  bench.restart();
  await bench.run("go on");
  equal(bench.pod.segmentId, bench.parts.segmentId);
  bench.assertWhole();
});

Deno.test("30.14-33 a stale head, a foreign segment and what is no input are refused, nothing changes", async () => {
  using bench = await threeInputs();
  const before = bench.entries();
  const { head_entries, targets: [newest] } = bench.pod.listRewindTargets();
  if (newest === undefined) throw new Error("no target");
  const { id } = newest;
  throws(() => bench.pod.rewindTo({ ...id, segment_id: bench.parts.sessionId }, head_entries), {
    code: "invalid_request",
    message: "rewind target belongs to a different segment",
  });
  throws(() => bench.pod.rewindTo(id, head_entries - 1), {
    code: "invalid_request",
    message: "session head changed since picker opened " +
      `(expected ${head_entries - 1}, current ${head_entries})`,
  });
  for (const user_input_entry_index of [id.user_input_entry_index + 1, 10_000]) {
    throws(() => bench.pod.rewindTo({ ...id, user_input_entry_index }, head_entries), {
      code: "invalid_request",
      message: "rewind target is no longer a user message",
    });
  }
  deepEqual(bench.entries(), before);
  deepEqual(await bench.tell(() => {}), []);
});

Deno.test("30.13-16 going back over an interruption does not note it again", async () => {
  const model = new EventModel(half("half"), answer(text("two")), answer(text("three")));
  using bench = await Bench.open({ model });
  await bench.run("one", at("text_delta", "cancel"));
  await bench.run("two");
  rewindBy(bench, 1);
  await bench.run("three");
  const notes = bench.entries().filter((entry) => entry.kind === "system_item");
  equal(notes.length, 1);
  bench.assertWhole();
});

Deno.test("30.13-27 the scope in force stays in force, and is on disk", async () => {
  const scopes = ["/a", "/b"].map((target) => ({
    allow: [{ target, permission: "write" as const, recursive: true }],
    deny: [],
  }));
  using bench = await threeInputs();
  const [, narrowed] = scopes;
  bench.appendForeign({ kind: "extension", ts: 1, domain: "pod.scope", payload: narrowed ?? null });
  bench.restart();
  rewindBy(bench, 2);
  deepEqual(bench.replayed().scope, narrowed);
  bench.assertWhole();
});

Deno.test("30.7.2 what the model was told after that point waits for the next run, and starts none", async () => {
  using bench = await threeInputs();
  bench.pod.notify({ kind: "notification", message: "before", auto_run: false }, false);
  await bench.run("fourth");
  deepEqual(notificationsIn(bench.pod.history), ["before"]);
  bench.pod.notify({ kind: "notification", message: "since", auto_run: false }, false);
  rewindBy(bench, 1);
  equal(bench.pod.wakingTrigger, null);
  deepEqual(bench.waiting(), ["before", "since"]);
  await bench.run("fifth");
  deepEqual(notificationsIn(bench.pod.history), ["before", "since"]);
  bench.assertWhole();
});

Deno.test("30.7.2 what waits goes on waiting, also when one goes back again, or restarts in between", async () => {
  for (const restarts of [false, true]) {
    using bench = await threeInputs();
    bench.pod.notify({ kind: "notification", message: "note", auto_run: false }, false);
    await bench.run("fourth");
    rewindBy(bench, 1);
    deepEqual(bench.waiting(), ["note"]);
    if (restarts) bench.restart();
    rewindBy(bench, 2);
    deepEqual(bench.waiting(), ["note"]);
    if (restarts) bench.restart();
    rewindBy(bench, 1);
    deepEqual(bench.pod.listRewindTargets().targets, []);
    deepEqual(bench.waiting(), ["note"]);
    await bench.run("at last");
    deepEqual(notificationsIn(bench.pod.history), ["note"]);
    bench.assertWhole();
  }
});

/** Three inputs, a fourth run in which the model was told something, and a log whose cut does `more`. */
async function told(more: (bench: Bench) => void): Promise<Bench> {
  const answers = ["one", "two", "three"].map((words) => answer(text(words)));
  const bench: Bench = await Bench.open({
    model: new EventModel(...answers),
    wrapLog: (log) =>
      changed(log, {
        truncate(count, ...kept) {
          more(bench);
          log.truncate(count, ...kept);
        },
      }),
  });
  await bench.run("first");
  bench.pod.notify({ kind: "notification", message: "note", auto_run: false }, false);
  await bench.run("second");
  return bench;
}

Deno.test("30.12-22 killed while it goes back: all is as before, or as after, with what waits", async () => {
  let before = "";
  let copies = 0;
  using bench = await told(({ path, store, parts }) => {
    before = Deno.readTextFileSync(path);
    copies = store.listSegments(parts.sessionId).length;
  });
  const { segmentId, history } = bench.pod;
  rewindBy(bench, 1);
  equal(copies, 2, "what is cut off is kept before it is cut off");
  const after = Deno.readTextFileSync(bench.path);

  bench.dieWith({ segmentId, logText: before });
  deepEqual(bench.pod.history, history);
  deepEqual(bench.waiting(), []);
  bench.dieWith({ segmentId, logText: after });
  deepEqual(brief(bench.pod.history), ["user: first", "assistant: one"]);
  deepEqual(bench.waiting(), ["note"]);
});

Deno.test("30.7.2 a disk that refuses the cut: nothing has changed, nothing is told twice", async () => {
  let isFull = true;
  using bench = await told(() => {
    if (isFull) throw new Error("no space left on device");
  });
  const before = bench.entries();
  throws(() => rewindBy(bench, 1), { message: "no space left on device" });
  deepEqual(bench.entries(), before);
  bench.assertWhole();
  isFull = false;
  await bench.run("third");
  deepEqual(notificationsIn(bench.pod.history), ["note"]);
  bench.assertWhole();
});
