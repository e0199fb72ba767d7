import { probePod, probeStatus } from "../../lib/ipc/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { ScriptedSocket } from "./scripted_socket.ts";
import { TestPod } from "./test_pod.ts";

const PROGRAM = new URL("connect_and_leave.ts", import.meta.url).pathname;

Deno.test("a live pod is reachable, and tells its status behind its alerts", async () => {
  await using pod = await TestPod.start();
  pod.warn("careful");
  deepEqual(await probePod(pod.path, 500), { reachable: true });
  deepEqual(await probeStatus(pod.path, 500), { reachable: true, status: "idle" });
});

Deno.test("nobody at the path, and the socket of a dead pod, are not reachable", async () => {
  await using pod = await TestPod.start();
  const stale = `${pod.path}-stale`;
  await Deno.link(pod.path, stale);
  await pod.server.close();
  for (const probe of [probePod, probeStatus]) {
    deepEqual(await probe(pod.path, 500), {
      reachable: false,
      error: "No such file or directory (os error 2)",
    });
    deepEqual(await probe(stale, 500), {
      reachable: false,
      error: "Connection refused (os error 111)",
    });
  }
});

Deno.test("a pod that does not tell its status in time is reachable", async () => {
  await using silent = new ScriptedSocket([]);
  deepEqual(await probeStatus(silent.path, 25), { reachable: true });
  await using ending = new ScriptedSocket([], { thenClose: true });
  deepEqual(await probeStatus(ending.path, 500), { reachable: true });
});

Deno.test("a bare probe costs the pod no snapshot (W-26)", async () => {
  await using pod = await TestPod.start();
  // This process stands still meanwhile, so that the pod finds both when they are over.
  for (let count = 0; count < 2; count++) leaveAtOnce(pod.path);
  using _client = await pod.connect();
  equal(pod.snapshots, 1);
});

function leaveAtOnce(path: string): void {
  const { success } = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", PROGRAM, path],
  }).outputSync();
  equal(success, true);
}
