import { newId } from "../../lib/base/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, throws } from "../support/assert.ts";
import { create, open, pathIn, read, said, SEGMENT, SESSION, start, withStore } from "./support.ts";

Deno.test("a store lists what has the name of an id, newest first, and nothing else", async () => {
  await withStore(async (store) => {
    const sessions = [newId(), newId(), newId()];
    const segments = [newId(), newId()];
    for (const session of sessions) {
      for (const segment of segments) {
        (await store.createSegment(session, segment, [start()])).close();
      }
    }
    const [oldest = ""] = sessions;
    await Deno.mkdir(`${store.root}/notes`);
    await Deno.writeTextFile(`${store.root}/${newId()}`, "a file");
    await Deno.writeTextFile(`${store.root}/${oldest}/${newId()}.trace.jsonl`, "");
    await Deno.writeTextFile(`${store.root}/${oldest}/notes.jsonl`, "");
    deepEqual(store.listSessions(), sessions.toReversed());
    deepEqual(store.listSegments(oldest), segments.toReversed());
  });
});

Deno.test("a store without a folder is empty", () => {
  const store = new SessionStore("/nowhere/at/all");
  deepEqual(store.listSessions(), []);
  deepEqual(store.listSegments(SESSION), []);
  equal(store.findSession(SEGMENT), null);
  equal(store.segmentExists(SESSION, SEGMENT), false);
});

Deno.test("a segment leads to its session", async () => {
  await withStore(async (store) => {
    using _log = await create(store, [start()]);
    (await store.createSegment(newId(), newId(), [start()])).close();
    equal(store.findSession(SEGMENT), SESSION);
    equal(store.findSession(newId()), null);
    equal(store.segmentExists(SESSION, SEGMENT), true);
    equal(pathIn(store), `${store.root}/${SESSION}/${SEGMENT}.jsonl`);
  });
});

Deno.test("a new segment appears with all its first entries and replaces an old one", async () => {
  await withStore(async (store) => {
    (await create(store, [start(), said("old")])).close();
    using log = await create(store, [start(), said("new"), said("newer")]);
    equal(log.length, 3);
    deepEqual(read(store), [start(), said("new"), said("newer")]);
    const names = [...Deno.readDirSync(`${store.root}/${SESSION}`)].map((file) => file.name);
    deepEqual(names, [`${SEGMENT}.jsonl`]);
  });
});

Deno.test("a segment that is not there is not found by read, count and open", async () => {
  await withStore((store) => {
    const notFound = { code: "not_found", message: `segment not found: ${SEGMENT}` };
    throws(() => read(store), notFound);
    throws(() => store.countEntries(SESSION, SEGMENT), notFound);
    throws(() => open(store), notFound);
  });
});
