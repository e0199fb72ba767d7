import { type Entry, type Item, openToolCalls } from "../../lib/protocol/mod.ts";
import { replay } from "../../lib/session/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { type DiskState, playRichSession, type RichSession } from "./rich_session.ts";
import { Bench } from "./support.ts";
import {
  assertNoteBefore,
  assertValidRequest,
  inputsIn,
  interruptNotesIn,
  notificationsIn,
} from "./valid_request.ts";

/** The rows of the crash matrix that a cut between entries can hit, and how to tell them. */
const ROWS = {
  "30.12-5 before the first input": (last) =>
    last.kind === "segment_start" || (last.kind === "extension" && last.domain === "pod.scope"),
  "30.12-6 after `invoke`, before `user_input`": (last) => last.kind === "invoke",
  "30.12-7 30.12-9 after the input, also while streaming": (last) => last.kind === "user_input",
  "30.12-8 between system items": (last) => last.kind === "system_item",
  "30.12-10 between the items of an answer": (last) =>
    last.kind === "assistant_item" && last.item.kind === "reasoning",
  "30.12-11 while tools run": (last) =>
    (last.kind === "assistant_item" && last.item.kind === "tool_call") || isStatus(last, "running"),
  "30.12-12 between results": (last, open) => last.kind === "tool_result" && open > 0,
  "30.12-13 between two requests": (last, open) => last.kind === "tool_result" && open === 0,
  "30.12-14 after the last answer": (last) =>
    last.kind === "assistant_item" && last.item.kind === "message",
  "30.12-15 among usage": (last) => last.kind === "llm_usage",
  "30.12-16 before the outcome": (last) => last.kind === "turn_end",
  "30.12-17 after the outcome": (last) =>
    last.kind === "run_completed" || last.kind === "run_errored" || isStatus(last, "idle"),
  "30.12-28 while paused": (last) => isStatus(last, "paused"),
  "30.12-29 with queued notifications": (last) =>
    last.kind === "extension" && last.domain === "pod.notification",
} satisfies Record<string, (last: Entry, openCalls: number) => boolean>;

const session = Promise.withResolvers<RichSession>();
let isPlayed = false;

/** The session, played once for all tests. */
function richSession(): Promise<RichSession> {
  if (!isPlayed) session.resolve(playRichSession());
  isPlayed = true;
  return session.promise;
}

for (const [row, is] of Object.entries<(last: Entry, openCalls: number) => boolean>(ROWS)) {
  Deno.test(`${row}: restored and asked again`, async () => {
    const states = (await richSession()).states.filter(({ entries }) => {
      const last = entries.at(-1);
      return last !== undefined && is(last, openToolCalls(replay(entries).history).length);
    });
    ok(states.length > 0);
    for (const state of states) await assertGoesOn(state);
  });
}

Deno.test("30.12-22 cut by a roll-back: as it was before the run", async () => {
  const states = (await richSession()).states.filter(({ isCut }) => isCut);
  ok(states.length > 0);
  for (const state of states) await assertGoesOn(state);
});

Deno.test("30.12-23 in the middle of an append: the rest of the line counts for nothing", async () => {
  for (const state of (await richSession()).states) {
    const torn =
      `${state.text}{"kind":"user_input","ts":1,"segments":[{"kind":"text","content":"tö`;
    await assertGoesOn({ ...state, text: torn });
  }
});

Deno.test("every state of the log belongs to a row", async () => {
  const rows: ((last: Entry, openCalls: number) => boolean)[] = Object.values(ROWS);
  for (const { entries } of (await richSession()).states) {
    const last = entries.at(-1);
    const open = openToolCalls(replay(entries).history).length;
    equal(rows.filter((is) => last !== undefined && is(last, open)).length, 1, last?.kind);
  }
});

Deno.test("30.12-28 dec 16 resumed after a crash: a call that had begun is not run again", async () => {
  const { states, begun } = await richSession();
  let resumed = 0;
  for (const [index, state] of states.entries()) {
    using restored = await restore(state);
    const { bench, model, ran } = restored;
    equal(bench.pod.status, isPausedAt(state.entries) ? "paused" : "idle");
    if (bench.pod.status === "idle") continue;
    resumed++;
    const open = openToolCalls(bench.pod.history).map(({ call_id }) => call_id);
    deepEqual(await bench.resume(), { result: "finished" });
    assertValidRequest(itemsOf(model, 0));
    deepEqual(ran(), open);
    for (const id of ran()) ok((begun.get(id) ?? Infinity) > index, id);
    deepEqual(notificationsIn(itemsOf(model, 0)), toldAndWaiting(state.entries));
    equal(interruptNotesIn(itemsOf(model, 0)), notesAt(state.entries));
    bench.assertWhole();
  }
  ok(resumed > 3);
});

Deno.test("30.12-28 dec 17 abandoned after a crash: closed once, and for good", async () => {
  for (const state of (await richSession()).states) {
    using restored = await restore(state);
    const { bench, model, ran } = restored;
    if (bench.pod.status !== "paused") continue;
    bench.pod.abandon();
    bench.assertWhole();
    equal(bench.replayed().interruption, null);
    await bench.run("next");
    assertValidRequest(itemsOf(model, 0));
    equal(interruptNotesIn(itemsOf(model, 0)), notesAt(state.entries) + 1);
    deepEqual(ran(), []);
  }
});

Deno.test("30.12-29 dec 29 woken after a crash: what waits is told once", async () => {
  let woken = 0;
  for (const state of (await richSession()).states) {
    using restored = await restore(state);
    const { bench, model, ran } = restored;
    const trigger = bench.pod.wakingTrigger;
    if (trigger === null || bench.pod.status === "paused") continue;
    woken++;
    await bench.runNotifications(trigger);
    assertValidRequest(itemsOf(model, 0));
    deepEqual(notificationsIn(itemsOf(model, 0)), toldAndWaiting(state.entries));
    equal(
      interruptNotesIn(itemsOf(model, 0)),
      notesAt(state.entries) + Number(isDue(state.entries)),
    );
    deepEqual(ran(), []);
    equal(bench.pod.wakingTrigger, null);
    bench.assertWhole();
  }
  ok(woken > 3);
});

/** Restores a pod from what was on disk and gives it new input, twice. */
async function assertGoesOn(state: DiskState): Promise<void> {
  const { entries } = state;
  using restored = await restore(state);
  const { bench, model, ran } = restored;
  equal(Deno.readTextFileSync(bench.path), state.text, "restoring alone writes nothing");
  deepEqual(JSON.parse(bench.pod.snapshotJson()).data.entries, entries);

  deepEqual(await bench.run("next"), { result: "finished" });
  const request = itemsOf(model, 0);
  assertValidRequest(request);
  deepEqual(inputsIn(request), [...inputsAt(entries), "next"]);
  deepEqual(notificationsIn(request), toldAndWaiting(entries));
  equal(interruptNotesIn(request), notesAt(entries) + Number(isDue(entries)));
  if (isDue(entries)) assertNoteBefore("next", request);
  deepEqual(ran(), [], "what an earlier process had open is not run");
  bench.assertWhole();

  bench.restart();
  await bench.run("again");
  assertValidRequest(itemsOf(model, 1));
  deepEqual(inputsIn(itemsOf(model, 1)), [...inputsAt(entries), "next", "again"]);
  deepEqual(notificationsIn(itemsOf(model, 1)), toldAndWaiting(entries));
  equal(interruptNotesIn(itemsOf(model, 1)), interruptNotesIn(request));
  bench.assertWhole();
}

async function restore({ text: logText }: DiskState) {
  const tools = ["Quick", "Hang"].map((name) => new CountingTool(name, () => ({ summary: "ran" })));
  const model = new EventModel(answer(text("fine")), answer(text("fine")));
  const bench = await Bench.open({ model, tools, logText });
  const ran = () => tools.flatMap((tool) => tool.begun.map(({ id }) => id));
  return { bench, model, ran, [Symbol.dispose]: () => bench[Symbol.dispose]() };
}

function itemsOf(model: EventModel, index: number): readonly Item[] {
  const request = model.requests[index];
  ok(request !== undefined);
  return request.items;
}

function inputsAt(entries: readonly Entry[]): string[] {
  return inputsIn(replay(entries).history);
}

/** What the model was told, then what waits; all of it is different in this session. */
function toldAndWaiting(entries: readonly Entry[]): string[] {
  const told = notificationsIn(replay(entries).history);
  const accepted = entries.flatMap((entry) =>
    entry.kind === "extension" && entry.domain === "pod.notification"
      ? [(entry.payload as { message: string }).message]
      : []
  );
  return [...told, ...accepted.filter((message) => !told.includes(message))];
}

function notesAt(entries: readonly Entry[]): number {
  return interruptNotesIn(replay(entries).history);
}

/** Whether the next input must be preceded by a note (spec 30 §3 "Ours", §5.3). */
function isDue(entries: readonly Entry[]): boolean {
  const rest = entries.slice(entries.findLastIndex(isNote) + 1);
  const outcome = rest.findLastIndex((entry) =>
    entry.kind === "run_completed" || entry.kind === "run_errored"
  );
  const unfinished = rest.slice(outcome + 1);
  const last = unfinished.findLast((entry) => isHistory(entry) || isStatus(entry, "running"));
  if (last === undefined) {
    const end = rest[outcome];
    return end !== undefined && "interrupted" in end && end.interrupted;
  }
  const said = last.kind === "assistant_item" && last.item.kind === "message";
  return !said || openToolCalls(replay(entries).history).length > 0;
}

/** Whether a pod comes back paused. */
function isPausedAt(entries: readonly Entry[]): boolean {
  const last = entries.findLast((entry) =>
    isHistory(entry) || entry.kind === "invoke" || entry.kind === "run_completed" ||
    entry.kind === "run_errored" || (entry.kind === "extension" && entry.domain === "pod.status")
  );
  return last !== undefined && isStatus(last, "paused");
}

function isHistory({ kind }: Entry): boolean {
  return kind === "user_input" || kind === "assistant_item" || kind === "tool_result" ||
    kind === "system_item";
}

function isNote(entry: Entry): boolean {
  return entry.kind === "system_item" && entry.item.kind === "interrupt";
}

function isStatus(entry: Entry, status: string): boolean {
  return entry.kind === "extension" && entry.domain === "pod.status" &&
    JSON.stringify(entry.payload) === JSON.stringify({ status });
}
