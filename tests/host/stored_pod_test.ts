import { newId } from "../../lib/base/mod.ts";
import { checkUnchanged, findStoredPod } from "../../lib/host/stored_pod.ts";
import { openStores, type Stores } from "../../lib/host/stores.ts";
import type { Entry } from "../../lib/protocol/mod.ts";
import { SCOPE_DOMAIN } from "../../lib/session/mod.ts";
import { equal, rejects } from "../support/assert.ts";
import { START } from "./empty_session.ts";

const SCOPE: Entry = {
  kind: "extension",
  ts: 1,
  domain: SCOPE_DOMAIN,
  payload: { allow: [], deny: [] },
};

/** What another process can do to a pod between its being found and its name being taken. */
const CHANGES: Readonly<
  Record<string, (stores: Stores, session: string, segment: string) => unknown>
> = {
  "goes on with its log": ({ sessions }, session, segment) => {
    using log = sessions.openSegment(session, segment, Array.from).log;
    log.append({ kind: "invoke", ts: 2, trigger: "notify" });
  },
  "goes on in another segment": async ({ sessions, pods }, session) => {
    const segment = newId();
    (await sessions.createSegment(session, segment, [START, SCOPE])).close();
    await pods.setActive("x", { session_id: session, segment_id: segment });
  },
  "gives it another session": ({ pods }) => pods.setActive("x", { session_id: newId() }),
};

async function inStores(test: (stores: Stores) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "pod-stored-" });
  try {
    await test(openStores({ config: null, data: root, runtime: `${root}/run` }));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`a pod is not taken for what it was when another process ${what}`, () =>
    inStores(async (stores) => {
      const [session, segment] = [newId(), newId()];
      (await stores.sessions.createSegment(session, segment, [START, SCOPE])).close();
      await stores.pods.setActive("x", { session_id: session, segment_id: segment });
      const found = await findStoredPod("x", stores);
      const prepared = { holder: found, stored: found };
      await checkUnchanged("x", prepared, stores);
      await change(stores, session, segment);
      await rejects(checkUnchanged("x", prepared, stores), { code: "name_in_use" });
    }));
}

Deno.test("a new name is not taken for new when another process has used it meanwhile", () =>
  inStores(async (stores) => {
    equal(await findStoredPod("x", stores), null);
    const prepared = { holder: null, stored: null };
    await checkUnchanged("x", prepared, stores);
    await stores.pods.setActive("x", { session_id: newId() });
    await rejects(checkUnchanged("x", prepared, stores), { code: "name_in_use" });
  }));
