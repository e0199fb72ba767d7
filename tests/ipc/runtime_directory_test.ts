import { newId } from "../../lib/base/mod.ts";
import { readRuntimeStatus, RuntimeDirectory } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";
import { write } from "./allocations.ts";
import { modeOf, withRuntime } from "./runtime.ts";

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map((entry) => entry.name).sort();
}

/** Makes the file of a socket that nobody listens at any more, as a process leaves it that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}-bound` });
  await Deno.rename(`${path}-bound`, path);
  listener.close();
}

Deno.test("a runtime directory is for this user only and says whose it is", async () => {
  await withRuntime(async (runtime) => {
    await using directory = await RuntimeDirectory.create(runtime, "agent");
    equal(directory.path, `${runtime}/agent`);
    equal(directory.socketPath, `${runtime}/agent/sock`);
    equal(directory.spillPath, `${runtime}/agent/bash-output`);
    deepEqual([modeOf(runtime), modeOf(directory.path)], [0o700, 0o700]);
    equal(await Deno.readTextFile(`${directory.path}/pid`), `${Deno.pid}`);
  });
});

Deno.test("the files of a pod are replaced whole, and leave nothing beside them", async () => {
  await withRuntime(async (runtime) => {
    await using directory = await RuntimeDirectory.create(runtime, "agent");
    const children = [{
      pod_name: "child",
      socket_path: `${runtime}/child/sock`,
      scope_delegated: [write("/w")],
      callback_address: directory.socketPath,
    }];
    const [first, second] = [newId(), newId()];
    directory.writeManifest('[pod]\nname = "agent"\n');
    directory.writeSpawnedPods([]);
    directory.writeSpawnedPods(children);
    directory.writeStatus({ segment_id: first, state: "running" });
    const open = await Deno.open(`${directory.path}/status.json`);
    directory.writeStatus({ segment_id: second, state: "idle" });
    // Who has opened the old file sees it to its end.
    equal(
      await new Response(open.readable).text(),
      `{"pod_name":"agent","segment_id":"${first}","state":"running"}`,
    );
    deepEqual(await readRuntimeStatus(directory.path), {
      pod_name: "agent",
      segment_id: second,
      state: "idle",
    });
    equal(await Deno.readTextFile(`${directory.path}/manifest.toml`), '[pod]\nname = "agent"\n');
    equal(
      await Deno.readTextFile(`${directory.path}/spawned_pods.json`),
      JSON.stringify(children, null, 2),
    );
    deepEqual(namesIn(directory.path), [
      "manifest.toml",
      "pid",
      "spawned_pods.json",
      "status.json",
    ]);
    equal(modeOf(`${directory.path}/manifest.toml`), 0o600);
  });
});

Deno.test("it is removed at the end with all that is in it", async () => {
  await withRuntime(async (runtime) => {
    {
      await using directory = await RuntimeDirectory.create(runtime, "agent");
      await Deno.mkdir(directory.spillPath);
      await Deno.writeTextFile(`${directory.spillPath}/1.txt`, "output");
    }
    deepEqual(namesIn(runtime), []);
  });
});

Deno.test("at the end nothing happens to a directory that is gone or another's by then", async () => {
  await withRuntime(async (runtime) => {
    const gone = await RuntimeDirectory.create(runtime, "gone");
    await Deno.remove(gone.path, { recursive: true });
    await gone[Symbol.asyncDispose]();
    const taken = await RuntimeDirectory.create(runtime, "taken");
    await Deno.writeTextFile(`${taken.path}/pid`, "1");
    await taken[Symbol.asyncDispose]();
    deepEqual(namesIn(runtime), ["taken"]);
  });
});

Deno.test("what a dead pod has left is cleared away, but not the log of whoever starts this one", async () => {
  await withRuntime(async (runtime) => {
    const stale = await RuntimeDirectory.create(runtime, "agent");
    stale.writeStatus({ segment_id: newId(), state: "running" });
    await Deno.mkdir(stale.spillPath);
    await Deno.writeTextFile(`${stale.path}/pid`, "999999999");
    await Deno.writeTextFile(`${stale.path}/stderr.log`, "starting");
    await leaveSocket(stale.socketPath);
    await Deno.chmod(stale.path, 0o755);
    await using directory = await RuntimeDirectory.create(runtime, "agent");
    deepEqual(namesIn(directory.path), ["pid", "stderr.log"]);
    equal(modeOf(directory.path), 0o700);
    equal(await Deno.readTextFile(`${directory.path}/pid`), `${Deno.pid}`);
    equal(await Deno.readTextFile(`${directory.path}/stderr.log`), "starting");
  });
});

Deno.test("the directory of a pod that answers is not touched", async () => {
  await withRuntime(async (runtime) => {
    await using live = await RuntimeDirectory.create(runtime, "agent");
    using _listener = Deno.listen({ transport: "unix", path: live.socketPath });
    live.writeStatus({ segment_id: newId(), state: "idle" });
    await rejects(RuntimeDirectory.create(runtime, "agent"), {
      code: "in_use",
      message: `pod \`agent\` is running already: ${live.socketPath} answers; ` +
        "stop it, or choose another name",
    });
    deepEqual(namesIn(live.path), ["pid", "sock", "status.json"]);
  });
});

Deno.test("a directory with files of somebody else is neither cleared nor taken", async () => {
  await withRuntime(async (runtime) => {
    await Deno.mkdir(`${runtime}/project`, { recursive: true });
    await Deno.writeTextFile(`${runtime}/project/main.ts`, "precious");
    await rejects(RuntimeDirectory.create(runtime, "project"), { code: "not_ours" });
    deepEqual(namesIn(`${runtime}/project`), ["main.ts"]);
  });
});

Deno.test("30.13-39 a name is checked before anything is made", async () => {
  await withRuntime(async (runtime) => {
    for (
      const name of ["", ".", "..", "a/b", "a\0b", "pods.json", "pods.json.lock", "x".repeat(65)]
    ) {
      await rejects(RuntimeDirectory.create(runtime, name), {
        name: "RuntimeError",
        code: "invalid_name",
        message: `invalid pod name: ${name}`,
      });
    }
    await rejects(RuntimeDirectory.create(`${runtime}/${"x".repeat(100)}`, "agent"), {
      code: "path_too_long",
    });
    await rejects(Deno.stat(runtime), Deno.errors.NotFound);
  });
});
