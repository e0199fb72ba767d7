import { newId } from "../../lib/base/mod.ts";
import { durableStorage } from "../../lib/host/storage.ts";
import { openStores, type Stores } from "../../lib/host/stores.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";
import { START } from "./empty_session.ts";

/** What may not be writable when a pod goes on in another segment; each is replaced by a directory. */
const OBSTACLES: Readonly<Record<string, (stores: Stores) => string>> = {
  "the table of pods": ({ runtime }) => `${runtime}/pods.json`,
  "the pod's metadata": ({ pods }) => `${pods.root}/x/metadata.json`,
};

for (const [what, pathIn] of Object.entries(OBSTACLES)) {
  Deno.test(`40.11-W25 when ${what} cannot be written, the pod stays in its segment`, async () => {
    const root = await Deno.makeTempDir({ prefix: "pod-storage-" });
    await using _root = {
      [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
    };
    const stores = openStores({ config: null, data: root, runtime: `${root}/run` });
    const [sessionId, first, second, third] = [newId(), newId(), newId(), newId()];
    await using storage = await durableStorage(stores, {
      identity: { name: "x", sessionId, segmentId: first },
      cwd: root,
      manifest: {},
      scope: { allow: [], deny: [] },
      isRestored: false,
      isAdopted: false,
      isOneShot: false,
      share: false,
      onWarning: () => {},
      verify: () => Promise.resolve(),
    });
    using _log = await storage.createLog(first, [START]);
    const held = async () => {
      const { allocations } = JSON.parse(await Deno.readTextFile(`${stores.runtime}/pods.json`));
      return allocations[0].segment_id;
    };
    const path = pathIn(stores);
    await Deno.rename(path, `${path}.away`);
    await Deno.mkdir(path);
    await rejects(storage.createLog(second, [START]));
    await Deno.remove(path);
    await Deno.rename(`${path}.away`, path);
    equal((await stores.pods.read("x"))?.active?.segment_id, first);
    equal(await held(), first);
    deepEqual(stores.sessions.listSegments(sessionId), [first]);
    using _next = await storage.createLog(third, [START]);
    equal((await stores.pods.read("x"))?.active?.segment_id, third);
    equal(await held(), third);
  });
}
