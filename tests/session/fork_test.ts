import { newId } from "../../lib/base/mod.ts";
import { type Entry, textMessage } from "../../lib/protocol/mod.ts";
import { forkAt, replay, SessionError } from "../../lib/session/mod.ts";
import { deepEqual, equal, throws } from "../support/assert.ts";
import {
  completed,
  create,
  extension,
  invoke,
  pathIn,
  read,
  said,
  SEGMENT,
  SESSION,
  start,
  turnEnd,
  userInput,
  withStore,
} from "./support.ts";

const scope = { allow: [{ target: "/w", permission: "write", recursive: true }], deny: [] };
const twoTurns: Entry[] = [
  start(),
  invoke,
  userInput("one"),
  said("1"),
  turnEnd(1),
  completed,
  invoke,
  userInput("two"),
  said("2"),
  turnEnd(2),
  completed,
  extension("pod.scope", scope),
];

Deno.test("30.14-13 a fork at turn N keeps everything up to its turn_end, in the same session", () => {
  const state = replay(forkAt(twoTurns, SEGMENT, 1));
  equal(state.sessionId, SESSION);
  equal(state.systemPrompt, "You are …");
  deepEqual(state.history, [textMessage("user", "one"), textMessage("assistant", "1")]);
  deepEqual(state.scope, scope);
});

Deno.test("30.14-13 a fork names its parent and the turn", () => {
  const [fork] = forkAt(twoTurns, SEGMENT, 1);
  deepEqual(fork?.kind === "segment_start" && fork.forked_from, {
    segment_id: SEGMENT,
    at_turn_index: 1,
  });
});

Deno.test("30.14-13 a fork at a turn that never ended keeps the whole log", () => {
  equal(replay(forkAt(twoTurns, SEGMENT, 9)).history.length, 4);
});

Deno.test("30.14-13 a fork of a fork at 0 has lineage to it and leaves both ancestors alone", async () => {
  await withStore(async (store) => {
    (await create(store, twoTurns)).close();
    const first = newId();
    (await store.createSegment(SESSION, first, forkAt(read(store), SEGMENT, 2))).close();
    const ancestors = [pathIn(store), store.segmentPath(SESSION, first)];
    const before = ancestors.map((path) => Deno.readTextFileSync(path));

    const second = newId();
    const parent = [...store.readEntries(SESSION, first)];
    (await store.createSegment(SESSION, second, forkAt(parent, first, 0))).close();

    const [start] = [...store.readEntries(SESSION, second)];
    deepEqual(start?.kind === "segment_start" && start.forked_from, {
      segment_id: first,
      at_turn_index: 0,
    });
    equal(replay(store.readEntries(SESSION, second)).history.length, 4);
    deepEqual(ancestors.map((path) => Deno.readTextFileSync(path)), before);
    deepEqual(store.listSegments(SESSION).length, 3);
  });
});

Deno.test("30.14-13 entries that do not begin a segment cannot be forked", () => {
  throws(() => forkAt([said("a")], SEGMENT, 1), SessionError);
});
