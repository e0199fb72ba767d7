import { newId } from "../../lib/base/mod.ts";
import type { Entry } from "../../lib/protocol/mod.ts";
import { PodMetadataStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { half, hangingTool, SILENT } from "./hanging.ts";
import { at, Bench, brief, names } from "./support.ts";

const foreign: Entry = { kind: "extension", ts: 1, domain: "foreign", payload: "not ours" };

Deno.test("30.14-12 30.13-22 10.15-40 somebody else wrote to the log: the next run goes on in a segment of its own", async () => {
  const model = new EventModel(answer(text("1")), answer(text("2")), answer(text("3")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  const { sessionId, segmentId } = bench.parts;
  const old = bench.path;
  const before = Deno.readTextFileSync(old);
  bench.appendForeign(foreign);

  const story = await bench.tell(() => bench.run("two"));
  deepEqual(names(story).slice(0, 6), [
    "S status",
    "L segment_start",
    "L extension",
    "S segment_rotated",
    "L invoke",
    "L user_input",
  ]);
  const [start, scope] = bench.entries();
  ok(start?.kind === "segment_start" && scope?.kind === "extension");
  equal(start.session_id, sessionId);
  deepEqual(start.forked_from, { segment_id: segmentId, at_turn_index: 1 });
  equal(start.system_prompt, "You are a test.");
  deepEqual(brief(start.history), ["user: one", "assistant: 1"]);
  deepEqual([scope.domain, scope.payload], ["pod.scope", {
    allow: [{ permission: "write", recursive: true, target: bench.parts.cwd }],
    deny: [],
  }]);
  equal(Deno.readTextFileSync(old), `${before}${JSON.stringify(foreign)}\n`);
  equal(bench.store.listSegments(sessionId).length, 2);
  equal(bench.pod.segmentId, bench.store.listSegments(sessionId)[0]);
  equal(model.requests[1]?.cacheKey, bench.pod.segmentId);

  bench.restart();
  deepEqual(bench.replayed().scope, bench.parts.scopeRules());
  await bench.run("three");
  deepEqual(brief(bench.pod.history), [
    "user: one",
    "assistant: 1",
    "user: two",
    "assistant: 2",
    "user: three",
    "assistant: 3",
  ]);
  equal(bench.store.listSegments(sessionId).length, 2);
  equal(bench.replayed().turnCount, 3);
});

Deno.test("30.14-12 whoever creates segments is told of the fork, and metadata follow", async () => {
  const root = await Deno.makeTempDir({ prefix: "pod-fork-" });
  const pods = new PodMetadataStore(root);
  const sessionId = newId();
  const created: string[] = [];
  using inner = await Bench.open({ model: new EventModel() });
  using bench = await Bench.open({
    model: new EventModel(answer(text("1")), answer(text("2"))),
    sessionId,
    async createLog(segmentId, entries) {
      created.push(segmentId);
      const log = await inner.store.createSegment(sessionId, segmentId, entries);
      await pods.setActive("test", { session_id: sessionId, segment_id: segmentId });
      return log;
    },
  });
  await bench.run("one");
  const path = inner.store.segmentPath(sessionId, bench.pod.segmentId);
  await Deno.writeTextFile(path, `${JSON.stringify(foreign)}\n`, { append: true });
  await bench.run("two");
  equal(created.length, 2);
  deepEqual((await pods.read("test"))?.active, {
    session_id: sessionId,
    segment_id: created[1],
  });
  await Deno.remove(root, { recursive: true });
});

Deno.test("30.14-12 an interrupted pod forks first: the old file stays as it was found", async () => {
  const tool = hangingTool(() => bench.stop("cancel"));
  const calls = answer(call("c1", "Hang"), call("c2", "Hang"));
  const model = new EventModel(calls, answer(text("fine")));
  using bench = await Bench.open({ model, tools: [tool] });
  await bench.run("go");
  const old = bench.path;
  bench.appendForeign(foreign);
  const before = Deno.readTextFileSync(old);
  await bench.run("next");
  equal(Deno.readTextFileSync(old), before);
  const request = brief(model.requests[1]?.items ?? []);
  deepEqual(request.slice(3, 5), [
    "result c1: [Interrupted by user]",
    "result c2: [Interrupted by user]",
  ]);
  match(request[5] ?? "", /interrupted by the user/);
  equal(request[6], "user: next");
  bench.assertWhole();
});

Deno.test("30.6.4 a pod that dies right after its fork still tidies up what was interrupted", async () => {
  const tool = hangingTool(() => bench.stop("cancel"));
  const calls = answer(call("c1", "Hang"), call("c2", "Hang"));
  using bench = await Bench.open({
    model: new EventModel(calls, answer(text("fine"))),
    tools: [tool],
  });
  await bench.run("go");
  bench.appendForeign(foreign);
  let diedWith = "";
  bench.onEvent = ({ event }) => {
    if (event === "segment_rotated") diedWith = Deno.readTextFileSync(bench.path);
  };
  await bench.run("next");

  const model = new EventModel(answer(text("fine")));
  const later = new CountingTool("Hang", () => ({ summary: "ran" }));
  using restored = await Bench.open({ model, tools: [later], logText: diedWith });
  await restored.run("again");
  equal(later.begun.length, 0);
  const request = brief(model.requests[0]?.items ?? []);
  deepEqual(request.toSpliced(5, 1), [
    "user: go",
    "call c1",
    "call c2",
    "result c1: [Interrupted by user]",
    "result c2: [Interrupted by restart]",
    "user: again",
  ]);
  restored.assertWhole();
});

Deno.test("dec 29 what waits moves to the new segment at once", async () => {
  const model = new EventModel(answer(text("1")), answer(text("2")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.pod.notify({ kind: "notification", message: "a", auto_run: false }, false);
  bench.appendForeign(foreign);
  let diedWith = "";
  bench.onEvent = ({ event }) => {
    if (event === "segment_rotated") diedWith = Deno.readTextFileSync(bench.path);
  };
  await bench.run("two");
  equal(brief(bench.pod.history).filter((line) => line.includes("[Notification]\na\n")).length, 1);
  bench.assertWhole();

  using restored = await Bench.open({
    model: new EventModel(answer(text("2"))),
    logText: diedWith,
  });
  await restored.run("two");
  equal(brief(restored.pod.history).filter((line) => line.includes("\na\n")).length, 1);
});

Deno.test("dec 29 what comes while the new segment is made is in it, once", async () => {
  for (const moment of ["createLog", "segment_rotated"]) {
    const model = new EventModel(answer(text("1")), answer(text("2")), SILENT);
    const notify = (at: string) => {
      if (at === moment && isForking) {
        bench.pod.notify({ kind: "notification", message: "a", auto_run: false }, false);
      }
    };
    let isForking = false;
    using bench = await Bench.open({
      model,
      wrapLog: (log) => {
        notify("createLog");
        return log;
      },
    });
    bench.onEvent = ({ event }) => notify(event);
    await bench.run("one");
    bench.appendForeign(foreign);
    isForking = true;
    await bench.run("two");
    const told = bench.pod.history.filter((item) => JSON.stringify(item).includes("\\na\\n"));
    equal(told.length, 1, moment);
    const kept = bench.entries().filter((entry) =>
      entry.kind === "extension" && entry.domain === "pod.notification"
    );
    equal(kept.length, 1, moment);
    deepEqual(bench.replayed().notifications, []);
  }
});

Deno.test("30.14-12 a resumed run forks too", async () => {
  const model = new EventModel(half("half"), answer(text("resumed")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  bench.appendForeign(foreign);
  await bench.resume();
  deepEqual(brief(bench.pod.history), ["user: go", "assistant: resumed"]);
  equal(bench.store.listSegments(bench.parts.sessionId).length, 2);
  bench.assertWhole();
});

Deno.test("somebody writes between ours: snapshots stay whole, and a roll-back cuts nothing off", async () => {
  const model = new EventModel(answer(text("1")), SILENT, answer(text("3")));
  using bench = await Bench.open({ model });
  await bench.run("one");
  bench.onEvent = ({ event }) => {
    if (event === "llm_call_start") bench.appendForeign(foreign);
  };
  const end = await bench.run("two", at("llm_call_start", "cancel"));
  bench.onEvent = () => {};
  equal(end.result, "cancelled");
  const lines = Deno.readTextFileSync(bench.path).trimEnd().split("\n");
  equal(lines.filter((line) => line === JSON.stringify(foreign)).length, 1);
  const snapshot = JSON.parse(bench.pod.snapshotJson());
  deepEqual(snapshot.data.entries.at(-1), JSON.parse(lines.at(-1) ?? ""));

  await bench.run("three");
  deepEqual(brief(bench.pod.history).at(-1), "assistant: 3");
  equal(bench.store.listSegments(bench.parts.sessionId).length, 2);
  bench.assertWhole();
});
