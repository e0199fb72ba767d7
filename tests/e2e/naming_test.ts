import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { reportOf } from "../support/run_output.ts";

Deno.test("a pod without a name is called after its session", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "-o", "json", "--model", model, "Hi"];
  const { pod, session_id } = reportOf(await workspace.run(run));
  equal(pod, `run-${session_id?.slice(-8)}`);
});

Deno.test("a name that was there before goes on with its session", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "--model", model, "--name", "worker", "Hi"];
  equal((await workspace.run(run)).code, 0);
  const { code, stdout, stderr } = await workspace.run(run);
  deepEqual([code, stdout], [0, "Hi\n"], stderr);
  const kinds = (await workspace.entries()).map(({ kind }) => kind);
  equal(kinds.filter((kind) => kind === "segment_start").length, 1);
  equal(kinds.filter((kind) => kind === "user_input").length, 2);

  const refused = await workspace.run([...run, "--allow-write", "."]);
  deepEqual([refused.code, refused.stdout], [2, ""]);
  match(refused.stderr, /`worker` has a session with a scope of its own/);
});

Deno.test("of runs that start at the same time with one name, one has it at a time and the others are told", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ delay_ms: 500, text: "Hi" });
  const run = ["run", "--model", model, "--name", "worker", "Hi"];
  const ends = await Promise.all(Array.from({ length: 5 }, () => workspace.run(run)));
  const refused = ends.filter(({ code }) => code !== 0);
  for (const { stderr } of refused) {
    match(stderr, /already (registered|executing a turn)|is running already/);
  }
  // One that starts late may find the name free again, and goes on with the session then.
  const kinds = (await workspace.entries()).map(({ kind }) => kind);
  const count = (kind: string) => kinds.filter((other) => other === kind).length;
  const done = ends.length - refused.length;
  ok(done > 0, "at least one of them has the name");
  deepEqual(["segment_start", "user_input", "run_completed"].map(count), [1, done, done]);
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
