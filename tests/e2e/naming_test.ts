import { deepEqual, equal, match } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { reportOf } from "../support/run_output.ts";

Deno.test("a pod without a name is called after its session", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "-o", "json", "--model", model, "Hi"];
  const { pod, session_id } = reportOf(await workspace.run(run));
  equal(pod, `run-${session_id?.slice(-8)}`);
});

Deno.test("a name in use is refused and stays whose it was", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "--model", model, "--name", "worker", "Hi"];
  equal((await workspace.run(run)).code, 0);
  const metadata = `${workspace.home}/pods/worker/metadata.json`;
  const before = await Deno.readTextFile(metadata);

  const { code, stdout, stderr } = await workspace.run(run);
  deepEqual([code, stdout], [2, ""]);
  match(stderr, /`worker` already exists.*--name/);
  equal(await Deno.readTextFile(metadata), before);
  equal((await workspace.entries()).length > 0, true, "there is one session");
});

Deno.test("of runs that start at the same time with one name, one gets it", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ delay_ms: 500, text: "Hi" });
  const run = ["run", "--model", model, "--name", "worker", "Hi"];
  const codes = await Promise.all(
    Array.from({ length: 5 }, async () => (await workspace.run(run)).code),
  );
  deepEqual(codes.sort(), [0, 2, 2, 2, 2]);
});

Deno.test("a name from the manifest yields to --name", async () => {
  await using workspace = await Workspace.create();
  await workspace.write(
    "pod.toml",
    '[pod]\nname = "from-file"\n[[scope.allow]]\ntarget = "."\npermission = "write"\n',
  );
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "-o", "json", "--model", model, "--manifest", "pod.toml", "Hi"];
  equal(reportOf(await workspace.run(run)).pod, "from-file");
  equal(reportOf(await workspace.run([...run, "--name", "mine"])).pod, "mine");
});
