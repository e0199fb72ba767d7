import { newId } from "../../lib/base/mod.ts";
import { findByName, findBySegment, PodRegistry } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, rejects, throws } from "../support/assert.ts";
import { pod, read, write } from "./allocations.ts";
import { noWarnings, seed, startHelper, stored, storedNames, withRuntime } from "./runtime.ts";

function claim(name: string, allow = [write("/w")], segmentId = newId()) {
  return { name, segmentId, allow, deny: [] };
}

/** Pods whose process is gone. */
const dead = { pid: 0 };

Deno.test("the entry of a pod is as spec 30 §4.4 shows it, with the start of its process", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    const segmentId = newId();
    await registry.register({
      name: "agent",
      segmentId,
      allow: [write("/w")],
      deny: [read("/key")],
    });
    const [{ pid_start_ticks, ...entry } = {}] = (await stored(runtime)).allocations;
    deepEqual(entry, {
      pod_name: "agent",
      pid: Deno.pid,
      socket: `${runtime}/agent/sock`,
      scope_allow: [write("/w")],
      scope_deny: [read("/key")],
      delegated_from: null,
      segment_id: segmentId,
    });
    equal(typeof pid_start_ticks, "number");
  });
});

Deno.test("70.11-24 the second of two overlapping pods starts when the first has ended", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    const segmentId = newId();
    await registry.register(claim("first", [write("/w")], segmentId));
    await rejects(registry.register(claim("second", [write("/w/sub")])), {
      code: "write_conflict",
      message: "requested scope `/w/sub` conflicts with pod `first` rule `/w`",
    });
    await rejects(registry.register(claim("first", [read("/w")])), { code: "duplicate_name" });
    await rejects(registry.register(claim("second", [read("/w")], segmentId)), {
      code: "segment_conflict",
      message: `session ${segmentId} is already held by pod \`first\` at ${runtime}/first/sock`,
    });
    await registry.register(claim("reader", [read("/w")]));
    await registry.release("first");
    await registry.register(claim("second", [write("/w/sub")]));
    deepEqual(await storedNames(runtime), ["reader", "second"]);
  });
});

Deno.test("70.11-24 a pod whose process was killed is no obstacle", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    await using helper = startHelper("./register_pods.ts", runtime, "agent");
    await helper.line();
    await helper.nudge();
    equal(await helper.line(), "ok");
    await rejects(registry.register(claim("agent")), { code: "duplicate_name" });
    await helper.kill();
    await registry.register(claim("agent"));
    deepEqual(await storedNames(runtime), ["agent"]);
  });
});

Deno.test("30.14-39 the dead are dropped by a look-up, and their children go to the pod above", async () => {
  await withRuntime(async (runtime) => {
    const segment_id = newId();
    await seed(runtime, [
      pod("a", []),
      pod("b", [], { ...dead, delegated_from: "a", segment_id }),
      pod("d", [], { delegated_from: "b" }),
    ]);
    const pods = await new PodRegistry(runtime, noWarnings).list();
    equal(findBySegment(pods, segment_id), undefined);
    equal(findByName(pods, "d")?.delegated_from, "a");
    deepEqual(await storedNames(runtime), ["a", "d"]);
  });
});

Deno.test("30.14-42 a child takes its place, goes on in another segment, and gives it up", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    await registry.register(claim("parent"));
    await registry.delegate("parent", "child", [write("/w/sub")]);
    const [first, second] = [newId(), newId()];
    equal(findByName(await registry.list(), "child")?.segment_id, null);
    await registry.adopt("child", first);
    equal(findBySegment(await registry.list(), first)?.pod_name, "child");
    await registry.updateSegment("child", second);
    const pods = await registry.list();
    equal(findBySegment(pods, first), undefined);
    equal(findBySegment(pods, second)?.pod_name, "child");
    await registry.reclaimDelegation("parent", "child", [write("/w/sub")]);
    deepEqual(await storedNames(runtime), ["parent"]);
  });
});

Deno.test("delegating drops the dead first", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    await seed(runtime, [
      pod("parent", [write("/w")]),
      pod("child", [write("/w/sub")], { ...dead, delegated_from: "parent" }),
    ]);
    await registry.delegate("parent", "child", [write("/w/sub")]);
    equal(findByName(await registry.list(), "child")?.pid, Deno.pid);
  });
});

Deno.test("one-shots share, and one may join a pod that holds its area alone when it insists", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    await registry.register({ ...claim("one"), isOneShot: true });
    await registry.register({ ...claim("two"), isOneShot: true });
    await rejects(registry.register(claim("server")), { code: "write_conflict", holder: "one" });
    await registry.register(claim("server"), { besideOthers: true });
    await rejects(registry.register({ ...claim("three"), isOneShot: true }), {
      code: "write_conflict",
      holder: "server",
    });
    deepEqual((await stored(runtime)).allocations.map((each) => each.shared), [
      true,
      true,
      undefined,
    ]);
  });
});

Deno.test("a name that is none, or too long for a socket, is refused before anything is written", async () => {
  await withRuntime(async (runtime) => {
    const registry = new PodRegistry(runtime, noWarnings);
    for (const name of ["", "..", "a/b", "pods.json"]) {
      await rejects(registry.register(claim(name)), {
        code: "invalid_name",
        message: `invalid pod name: ${name}`,
      });
    }
    const deep = new PodRegistry(`${runtime}/${"x".repeat(100)}`, noWarnings);
    await rejects(deep.register(claim("agent")), { code: "path_too_long" });
    await rejects(Deno.stat(runtime), Deno.errors.NotFound);
  });
});

Deno.test("without a runtime directory there is no table", () => {
  throws(() => new PodRegistry(null, noWarnings), {
    code: "io",
    message: "I/O error on pods.json: could not resolve pods.json path " +
      "(no POD_HOME / POD_RUNTIME_DIR / XDG_RUNTIME_DIR / HOME)",
  });
});
