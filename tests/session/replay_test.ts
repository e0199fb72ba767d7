import fc from "fast-check";
import { type Entry, textMessage } from "../../lib/protocol/mod.ts";
import { replay } from "../../lib/session/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import {
  call,
  cancelled,
  completed,
  extension,
  interruptNote,
  invoke,
  logArbitrary,
  result,
  said,
  SESSION,
  start,
  systemItem,
  turnEnd,
  usage,
  userInput,
} from "./support.ts";

const rule = (target: string) => ({ target, permission: "write", recursive: true });
const scope = (target: string) => ({ allow: [rule(target)], deny: [] });
const notification = (message: string) =>
  systemItem({ kind: "notification", message, body: `[Notification]\n${message}` });
const interrupted = (...entries: Entry[]) => replay([start(), ...entries]).interruption !== null;
const paused = (...entries: Entry[]) => replay([start(), ...entries]).paused;

Deno.test("30.14-5 text, paste and file ref give one user message and three typed segments", () => {
  const input: Entry = {
    kind: "user_input",
    ts: 1,
    segments: [
      { kind: "text", content: "see " },
      { kind: "paste", id: 7, chars: 11, lines: 2, content: "line1\nline2" },
      { kind: "file_ref", path: "src/main.rs" },
    ],
  };
  const { history, userInputs } = replay([start(), input]);
  deepEqual(history, [textMessage("user", "see line1\nline2@src/main.rs")]);
  deepEqual(userInputs, [input.segments]);
});

Deno.test("30.14-6 usage and invoke do not touch history, usage keeps its order", () => {
  const entries = [start(), invoke, userInput("a"), usage(1), said("b"), usage(2), completed];
  const state = replay(entries);
  deepEqual(state.history, [textMessage("user", "a"), textMessage("assistant", "b")]);
  deepEqual(state.observations, [usage(1), usage(2)]);
});

Deno.test("30.14-7 extensions are collected in order, the last readable scope wins", () => {
  const entries = [
    extension("pod.scope", scope("/a")),
    extension("metrics", { name: "n" }),
    extension("pod.scope", scope("/b")),
    extension("pod.scope", { allow: "all" }),
    extension("from.tomorrow", null),
  ];
  const state = replay([start(), ...entries]);
  deepEqual(state.scope, scope("/b"));
  deepEqual(state.observations, entries);
  equal(state.warnings.length, 1);
  match(state.warnings[0] ?? "", /pod\.scope in entry 4/);
});

Deno.test("a log says session, prompt, settings, history, turns and its own length", () => {
  const config = {
    max_tokens: 5,
    temperature: 0.5,
    top_p: null,
    top_k: null,
    stop_sequences: [],
    reasoning: "high",
  };
  const state = replay([
    start([textMessage("system", "summary")]),
    { kind: "config_changed", ts: 1, config },
    systemItem({ kind: "file_attachment", path: "a", body: "[File: a]\nx" }),
    turnEnd(3),
    turnEnd(5),
  ]);
  equal(state.sessionId, SESSION);
  equal(state.systemPrompt, "You are …");
  deepEqual(state.config, config);
  deepEqual(state.history, [
    textMessage("system", "summary"),
    textMessage("system", "[File: a]\nx"),
  ]);
  equal(state.turnCount, 5);
  equal(state.entryCount, 5);
});

Deno.test("30.13-19 turns go on being counted in a segment that continues another", () => {
  const origin = { segment_id: "0197", at_turn_index: 41 };
  equal(replay([Object.assign(start(), { forked_from: origin })]).turnCount, 41);
  equal(replay([Object.assign(start(), { compacted_from: origin })]).turnCount, 41);
  equal(replay([Object.assign(start(), { compacted_from: origin }), turnEnd(42)]).turnCount, 42);
});

Deno.test("an empty log is an empty conversation", () => {
  const state = replay([]);
  equal(state.sessionId, null);
  equal(state.entryCount, 0);
  deepEqual(state.history, []);
  equal(state.interruption, null);
});

Deno.test("replay leaves the entries alone", () => {
  const history = [textMessage("system", "summary")];
  replay([start(history), said("a")]);
  equal(history.length, 1);
});

Deno.test("30.14-36 a run killed after a tool call, or while tools ran, is interrupted", () => {
  equal(interrupted(userInput("a"), call("c1")), true);
  equal(interrupted(userInput("a"), said("I look"), call("c1"), call("c2"), result("c1")), true);
  equal(interrupted(userInput("a"), call("c1"), result("c1")), true);
});

Deno.test("30.14-37 a run killed after its input is interrupted, after the marker alone it is not", () => {
  equal(interrupted(invoke), false);
  equal(interrupted(invoke, userInput("a")), true);
  equal(interrupted(invoke, notification("m")), true);
});

Deno.test("30.14-37 a run killed between its last words and its outcome is not interrupted", () => {
  equal(interrupted(userInput("a"), said("done")), false);
  equal(interrupted(userInput("a"), said("done"), turnEnd(1), usage(1)), false);
  equal(interrupted(userInput("a"), call("c1"), said("done")), true);
});

Deno.test("30.14-37 an outcome decides, even after the model's last words", () => {
  equal(interrupted(userInput("a"), said("done"), completed), false);
  equal(interrupted(userInput("a"), said("done"), cancelled), true);
  equal(interrupted(userInput("a"), cancelled, extension("metrics", {})), true);
  equal(interrupted(userInput("a"), cancelled, invoke, userInput("b"), completed), false);
});

Deno.test("30.14-37 the interrupt note clears the flag, new input sets it again", () => {
  const tidied = [userInput("a"), call("c1"), result("c1"), interruptNote];
  equal(interrupted(...tidied), false);
  equal(interrupted(...tidied, invoke), false);
  equal(interrupted(...tidied, invoke, userInput("b")), true);
});

Deno.test("a pause is kept until the pod works again or the pause is abandoned", () => {
  const pause = [userInput("a"), cancelled, extension("pod.status", { status: "paused" })];
  equal(paused(...pause), true);
  equal(
    paused(...pause, extension("pod.notification", { kind: "notification", message: "m" })),
    true,
  );
  equal(paused(...pause, extension("pod.status", { status: "idle" })), false);
  equal(paused(...pause, said("resumed")), false);
  equal(paused(...pause, said("resumed"), completed), false);
  equal(paused(...pause, invoke), false);
  equal(paused(...pause, extension("pod.status", { status: "asleep" })), true);
});

Deno.test("dec 16 a run that goes on without an entry of its own is no pause, and interrupted if nothing follows", () => {
  const resumed = [
    userInput("a"),
    call("c1"),
    cancelled,
    extension("pod.status", { status: "paused" }),
    extension("pod.status", { status: "running" }),
  ];
  equal(paused(...resumed), false);
  equal(replay([start(), ...resumed]).interruption, "restart");
  equal(interrupted(...resumed, result("c1"), said("done")), false);
  equal(interrupted(...resumed, result("c1"), said("done"), completed), false);
  equal(replay([start(), extension("pod.status", { status: "running" })]).interruption, "restart");
});

Deno.test("dec 29 a delivered notification tells that those before it had been dropped", () => {
  const queue = (message: string) =>
    extension("pod.notification", { kind: "notification", message });
  const { notifications } = replay([
    start(),
    queue("a"),
    queue("b"),
    queue("c"),
    notification("b"),
    notification("straight to the model"),
  ]);
  deepEqual(notifications, [{
    queued: { kind: "notification", message: "c" },
    entryIndex: 3,
  }]);
});

Deno.test("notifications that were not delivered are queued again, in order", () => {
  const event = { kind: "turn_ended", pod_name: "c" } as const;
  const queue = (payload: Parameters<typeof extension>[1]) =>
    extension("pod.notification", payload);
  const { notifications } = replay([
    start(),
    queue({ kind: "notification", message: "a" }),
    queue({ pod_name: "c", kind: "pod_event", event }),
    queue({ kind: "notification", message: "b", auto_run: false }),
    queue({ kind: "notification", message: "a" }),
    notification("straight to the model"),
    notification("a"),
    systemItem({ kind: "pod_event", event: { pod_name: "c", kind: "turn_ended" }, body: "b" }),
  ]);
  deepEqual(notifications, [
    { queued: { kind: "notification", message: "b", auto_run: false }, entryIndex: 3 },
    { queued: { kind: "notification", message: "a" }, entryIndex: 4 },
  ]);
});

Deno.test("a run that reached its outcome leaves the flag that the outcome says", () => {
  fc.assert(fc.property(logArbitrary, (entries) => {
    const last = entries.at(-1);
    const expected = last?.kind === "run_errored";
    equal(replay(entries).interruption !== null, expected);
  }));
});
