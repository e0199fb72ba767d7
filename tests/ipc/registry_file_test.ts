import { newId } from "../../lib/base/mod.ts";
import { reclaimStale, register } from "../../lib/ipc/registry.ts";
import { isAlive } from "../../lib/ipc/pod_process.ts";
import { type Pods, RuntimeDirectory, withRegistry } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { sleep } from "../../lib/base/mod.ts";
import { pod, write } from "./allocations.ts";
import {
  modeOf,
  noWarnings,
  seed,
  startHelper,
  stored,
  storedNames,
  withRuntime,
} from "./runtime.ts";

const KILLS = 30;

function add(name: string): (pods: Pods) => Pods {
  return (pods) => register(pods, pod(name, []));
}

async function writeTable(runtime: string, text: string): Promise<void> {
  await Deno.mkdir(runtime, { recursive: true });
  await Deno.writeTextFile(`${runtime}/pods.json`, text);
}

Deno.test("30.14-41 pods.json is created 0600 in a 0700 directory", async () => {
  await withRuntime(async (runtime) => {
    await withRegistry(`${runtime}/deep`, add("a"), noWarnings);
    equal(modeOf(runtime), 0o700);
    equal(modeOf(`${runtime}/deep`), 0o700);
    equal(modeOf(`${runtime}/deep/pods.json`), 0o600);
  });
});

Deno.test("30.14-41 the modes of what is there already are left alone", async () => {
  await withRuntime(async (runtime) => {
    await Deno.mkdir(runtime);
    await Deno.chmod(runtime, 0o755);
    await withRegistry(runtime, add("a"), noWarnings);
    equal(modeOf(runtime), 0o755);
  });
});

Deno.test("30.14-41 two processes that register at once are serialised", async () => {
  await withRuntime(async (runtime) => {
    const namesOf = (process: string) => Array.from({ length: 15 }, (_, i) => `${process}-${i}`);
    await using one = startHelper("./register_pods.ts", runtime, "same", ...namesOf("one"));
    await using two = startHelper("./register_pods.ts", runtime, "same", ...namesOf("two"));
    for (const helper of [one, two]) equal(await helper.line(), "ready");
    await Promise.all([one.nudge(), two.nudge()]);
    const outcomes = [await one.line(), await two.line()];
    deepEqual(outcomes.sort(), ["duplicate_name", "ok"]);
    for (const helper of [one, two]) {
      for (let count = 0; count < 15; count++) equal(await helper.line(), "ok");
      equal(await helper.line(), "done");
    }
    const names = await storedNames(runtime);
    deepEqual(names.sort(), ["same", ...namesOf("one"), ...namesOf("two")].sort());
  });
});

Deno.test("30.12-25 a process that is killed while it writes never leaves a torn table", async () => {
  await withRuntime(async (runtime) => {
    const residents = Array.from(
      { length: 100 },
      (_, i) => pod(`resident-${i}`, [write(`/w/${i}`)]),
    );
    await seed(runtime, residents);
    for (let kill = 0; kill < KILLS; kill++) {
      await using visitor = startHelper("./change_for_ever.ts", runtime);
      equal(await visitor.line(), "working");
      await sleep(Math.random() * 12);
      await visitor.kill();
      const { allocations } = await stored(runtime);
      deepEqual(allocations.slice(0, residents.length), residents);
      ok(allocations.length <= residents.length + 1);
    }
    const left = await withRegistry(runtime, (pods) => reclaimStale(pods, isAlive), noWarnings);
    deepEqual(left, residents);
  });
});

Deno.test("a temporary file that a killed process has left goes with the next change", async () => {
  await withRuntime(async (runtime) => {
    await writeTable(runtime, "");
    await Deno.writeTextFile(`${runtime}/pods.json.${newId()}.tmp`, "{");
    await withRegistry(runtime, add("a"), noWarnings);
    const names = [...Deno.readDirSync(runtime)].map((entry) => entry.name);
    deepEqual(names.sort(), ["pods.json", "pods.json.lock"]);
  });
});

for (const blank of ["", " \n\t\n", "{}"]) {
  Deno.test(`a table of ${JSON.stringify(blank)} is empty`, async () => {
    await withRuntime(async (runtime) => {
      await writeTable(runtime, blank);
      await withRegistry(runtime, add("a"), noWarnings);
      deepEqual(await storedNames(runtime), ["a"]);
    });
  });
}

Deno.test("what may be missing is filled in, and what is not known here goes through a change", async () => {
  await withRuntime(async (runtime) => {
    const rule = { target: "/w", permission: "read", reason: "docs" };
    const old = { pod_name: "old", pid: 1, socket: "/s", scope_allow: [rule], colour: "red" };
    await writeTable(runtime, JSON.stringify({ version: 7, allocations: [old] }));
    const pods = await withRegistry(runtime, add("a"), noWarnings);
    const [kept] = pods;
    deepEqual(kept, {
      ...old,
      scope_allow: [{ ...rule, recursive: true }],
      scope_deny: [],
      delegated_from: null,
      segment_id: null,
    });
    deepEqual(await stored(runtime), { version: 7, allocations: [...pods] });
  });
});

Deno.test("a change that is refused, or changes nothing, does not touch the file", async () => {
  await withRuntime(async (runtime) => {
    await withRegistry(runtime, add("a"), noWarnings);
    const before = await Deno.stat(`${runtime}/pods.json`);
    await rejects(withRegistry(runtime, add("a"), noWarnings), { code: "duplicate_name" });
    await withRegistry(runtime, (pods) => pods, noWarnings);
    const after = await Deno.stat(`${runtime}/pods.json`);
    deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  });
});

Deno.test("70.9-38 a table that is not free in time is a registry error that names the holder", async () => {
  await withRuntime(async (runtime) => {
    await Deno.mkdir(runtime);
    const path = `${runtime}/pods.json.lock`;
    await using holder = startHelper("./hold_lock.ts", path);
    equal(await holder.line(), "held");
    await rejects(withRegistry(runtime, add("a"), { ...noWarnings, lockTimeoutMs: 50 }), {
      name: "RegistryError",
      code: "lock_timeout",
      message: `I/O error on pods.json: ${path} was not free within 0.05 s; process ` +
        `${holder.pid} may hold it. Try again; if that process hangs, end it`,
    });
  });
});

Deno.test("what the system refuses is reported as an I/O error on pods.json", async () => {
  await withRuntime(async (runtime) => {
    await Deno.writeTextFile(runtime, "a file");
    await rejects(
      withRegistry(runtime, add("a"), noWarnings),
      (error: Error & { code?: string }) => {
        match(error.message, /^I\/O error on pods\.json: ./);
        return error.code === "io";
      },
    );
  });
});

const MANIFEST = `
[pod]
name = "live"
[[scope.allow]]
target = "/w"
permission = "write"
`;

for (const damaged of ["{", '{"allocations":[{"pod_name":"x"}]}', "[]"]) {
  Deno.test(`30.12-25 a table of ${damaged} is rebuilt from the pods that answer, with a warning`, async () => {
    await withRuntime(async (runtime) => {
      const segment_id = newId();
      await using live = await RuntimeDirectory.create(runtime, "live");
      live.writeManifest(MANIFEST);
      live.writeStatus({ segment_id, state: "idle" });
      await using dead = await RuntimeDirectory.create(runtime, "dead");
      dead.writeManifest(MANIFEST);
      dead.writeStatus({ segment_id: newId(), state: "running" });
      await using odd = await RuntimeDirectory.create(runtime, "odd");
      using _listener = Deno.listen({ transport: "unix", path: live.socketPath });
      using _another = Deno.listen({ transport: "unix", path: odd.socketPath });
      await writeTable(runtime, damaged);

      const warnings: string[] = [];
      const onWarning = (message: string) => warnings.push(message);
      const pods = await withRegistry(runtime, add("new"), { onWarning });
      deepEqual(pods.map((each) => each.pod_name), ["live", "new"]);
      const { pid_start_ticks: _ticks, ...rebuilt } = pods[0] ?? {};
      deepEqual(rebuilt, {
        pod_name: "live",
        pid: Deno.pid,
        socket: live.socketPath,
        scope_allow: [write("/w")],
        scope_deny: [],
        delegated_from: null,
        segment_id,
      });
      deepEqual((await stored(runtime)).allocations, pods);
      equal(await Deno.readTextFile(`${runtime}/pods.json.unreadable`), damaged);
      equal(warnings.length, 1);
      const [before, kept, left] = warnings[0]?.split("; ") ?? [];
      match(before ?? "", /^pods\.json parse error: ./);
      equal(
        kept,
        `it was kept as ${runtime}/pods.json.unreadable and rebuilt from the pods that answer: live`,
      );
      match(left ?? "", /^pod `odd` was left out: .*manifest\.toml/);
    });
  });
}

Deno.test("a rebuilt table is kept also when the change is then refused", async () => {
  await withRuntime(async (runtime) => {
    await writeTable(runtime, "{");
    const warnings: string[] = [];
    const refuse = () => {
      throw new Error("no");
    };
    await rejects(withRegistry(runtime, refuse, { onWarning: (text) => warnings.push(text) }));
    deepEqual(await stored(runtime), { allocations: [] });
    match(warnings[0] ?? "", /from the pods that answer: none$/);
  });
});
