import { replay, SessionStore } from "../../lib/session/mod.ts";
import { equal } from "../support/assert.ts";
import { said, SESSION, start } from "./support.ts";

Deno.test("30.14-12 a log knows when somebody else has written to it", async () => {
  const root = await Deno.makeTempDir({ prefix: "pod-drift-" });
  const store = new SessionStore(root);
  const segment = crypto.randomUUID();
  using log = await store.createSegment(SESSION, segment, [start()]);
  log.append(said("ours"));
  equal(log.drifted, false);
  const own = log.readText();
  equal(own, await Deno.readTextFile(store.segmentPath(SESSION, segment)));

  const foreign = `${JSON.stringify(said("foreign"))}\n`;
  await Deno.writeTextFile(store.segmentPath(SESSION, segment), foreign, { append: true });
  equal(log.drifted, true);
  equal(log.readText(), own, "what is not ours is not shown");
  log.truncate(1);
  equal(log.drifted, false);
  await Deno.remove(root, { recursive: true });
});

Deno.test("30.14-12 a log that somebody else writes to between ours is read as it is, line by line", async () => {
  const root = await Deno.makeTempDir({ prefix: "pod-drift-" });
  const store = new SessionStore(root);
  const segment = crypto.randomUUID();
  using log = await store.createSegment(SESSION, segment, [start()]);
  const path = store.segmentPath(SESSION, segment);
  await Deno.writeTextFile(path, `${JSON.stringify(said("foreign"))}\n`, { append: true });
  log.append(said("ours"));
  equal(log.drifted, true);
  equal(log.readText(), await Deno.readTextFile(path));
  log.append(said("ours again"));
  equal(log.drifted, true);
  equal(log.readText(), await Deno.readTextFile(path));
  await Deno.remove(root, { recursive: true });
});

Deno.test("30.14-8 a torn tail of a crash is no foreign entry", async () => {
  const root = await Deno.makeTempDir({ prefix: "pod-drift-" });
  const store = new SessionStore(root);
  const segment = crypto.randomUUID();
  (await store.createSegment(SESSION, segment, [start()])).close();
  await Deno.writeTextFile(store.segmentPath(SESSION, segment), '{"kind":"assi', { append: true });
  using log = store.openSegment(SESSION, segment, replay).log;
  equal(log.drifted, false);
  log.append(said("next"));
  equal(log.drifted, false);
  equal(store.countEntries(SESSION, segment), 2);
  await Deno.remove(root, { recursive: true });
});
