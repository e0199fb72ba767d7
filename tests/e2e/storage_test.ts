import { deepEqual, equal, match, notEqual, ok } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { reportOf } from "../support/run_output.ts";
import { UNPRIVILEGED } from "../support/start_through.ts";

/** Everything below a directory: path → permission bits, in octal. */
async function tree(directory: string, from = directory): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    const { mode } = await Deno.lstat(path);
    found[path.slice(from.length + 1)] = ((mode ?? 0) & 0o777).toString(8);
    if (isDirectory) Object.assign(found, await tree(path, from));
  }
  return found;
}

async function metadataOf(workspace: Workspace, name: string) {
  return JSON.parse(await Deno.readTextFile(`${workspace.home}/pods/${name}/metadata.json`));
}

Deno.test("30.14-1 after the first run the metadata point to the segment that was reported", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const finished = await workspace.run([
    "run",
    "-o",
    "json",
    "--model",
    model,
    "-n",
    "first",
    "Hi",
  ]);
  const { session_id, segment_id } = reportOf(finished);
  const { resolved_manifest_snapshot: _, ...metadata } = await metadataOf(workspace, "first");
  deepEqual(metadata, {
    pod_name: "first",
    active: { session_id, segment_id },
    cwd: workspace.directory,
  });
});

Deno.test("30.14-1 a pod that never came to run has metadata without a segment", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const sessions = `${workspace.home}/sessions`;
  await Deno.mkdir(sessions, { recursive: true });
  await Deno.chmod(sessions, 0o555);
  const run = ["run", "-o", "json", "--model", model, "-n", "first", "Hi"];
  const finished = await workspace.run(run, { through: UNPRIVILEGED });
  const { session_id, exit_code, error } = reportOf(finished);
  notEqual(exit_code, 0);
  match(error?.message ?? "", /sessions/);
  deepEqual((await metadataOf(workspace, "first")).active, { session_id });
});

Deno.test("without a place for logs nothing begins, and nothing else is left", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  await Deno.mkdir(workspace.home);
  await Deno.writeTextFile(`${workspace.home}/sessions`, "in the way");
  const { code, stderr } = await workspace.run(["run", "--model", model, "Hi"]);
  equal(code, 2);
  match(stderr, /failed to initialize session store at ".*\/sessions": .*--ephemeral/);
  deepEqual(Object.keys(await tree(workspace.home)), ["sessions"]);
});

Deno.test("what is kept is for its owner only, and what is not needed any more is gone", async () => {
  await using workspace = await Workspace.create();
  const command = "seq 100000";
  const model = await workspace.scenario(
    { tool_call: [{ name: "Bash", arguments: { command } }] },
    { text: "Long." },
  );
  const run = ["run", "-o", "json", "--model", model, "-n", "first", "Hi"];
  const { session_id, segment_id } = reportOf(await workspace.run(run));
  const { run: _, ...kept } = await tree(workspace.home);
  deepEqual(kept, {
    pods: "700",
    "pods/first": "700",
    "pods/first/metadata.json": "600",
    "run/pods.json": "600",
    "run/pods.json.lock": "600",
    sessions: "700",
    [`sessions/${session_id}`]: "700",
    [`sessions/${session_id}/${segment_id}.jsonl`]: "600",
  });
});

Deno.test("--ephemeral leaves nothing on disk, whatever happens", async () => {
  await using workspace = await Workspace.create();
  const command = "seq 100000; touch ../ready; sleep 1000";
  await Deno.mkdir(`${workspace.root}/tmp`);
  const env = { TMPDIR: `${workspace.root}/tmp` };
  const model = await workspace.scenario(
    { tool_call: [{ name: "Bash", arguments: { command: "seq 100000" } }] },
    { tool_call: [{ name: "Bash", arguments: { command, timeout: 1 } }] },
    { error: { status: 401, message: "no" } },
  );
  const before = await tree(workspace.root);
  const run = ["run", "--ephemeral", "-o", "json", "--model", model, "Hi"];
  const { session_id, exit_code } = reportOf(await workspace.run(run, { env }));
  equal(exit_code, 1);
  ok(session_id !== null);
  await Deno.remove(`${workspace.root}/ready`);
  deepEqual(await tree(workspace.root), before);
});

Deno.test("--ephemeral leaves nothing on disk after a signal either", async () => {
  await using workspace = await Workspace.create();
  await Deno.mkdir(`${workspace.root}/tmp`);
  const env = { TMPDIR: `${workspace.root}/tmp` };
  const command = "seq 100000; sleep 1000";
  const model = await workspace.scenario({ tool_call: [{ name: "Bash", arguments: { command } }] });
  const before = await tree(workspace.root);
  const run = ["run", "--ephemeral", "--timeout", "1s", "--model", model, "Hi"];
  equal((await workspace.run(run, { env })).code, 124);
  deepEqual(await tree(workspace.root), before);
});

Deno.test("a home that cannot be written: exit 2 with the ways out, of which --ephemeral works", async () => {
  await using server = startModelServer([{ text: "Hi" }]);
  await using workspace = await Workspace.create();
  const home = `${workspace.root}/locked`;
  await Deno.mkdir(home, { mode: 0o555 });
  const options = {
    env: { ...anthropicAt(server), HOME: home, POD_HOME: "" },
    through: UNPRIVILEGED,
  };
  const refused = await workspace.run(["run", "Hi"], options);
  equal(refused.code, 2);
  match(refused.stderr, /pod: error: .*locked.*POD_HOME.*--ephemeral/);
  equal(server.requests.length, 0);

  const { code, stdout } = await workspace.run(["run", "--ephemeral", "Hi"], options);
  deepEqual([code, stdout], [0, "Hi\n"]);
});

Deno.test("no home at all: exit 2 with the ways out, of which --ephemeral works", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const env = { HOME: "", POD_HOME: "" };
  const refused = await workspace.run(["run", "--model", model, "Hi"], { env });
  equal(refused.code, 2);
  match(refused.stderr, /POD_HOME.*--ephemeral/);
  equal((await workspace.run(["run", "--ephemeral", "--model", model, "Hi"], { env })).code, 0);
});

Deno.test("a relative POD_HOME counts from where pod was started; long outputs are found there", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const outputs = `${workspace.home}/run/first/bash-output`;
  const model = await workspace.scenario(
    { tool_call: [{ name: "Bash", arguments: { command: "seq 100000" } }] },
    {
      tool_call: [{ id: "found", name: "Grep", arguments: { pattern: "^12345$", path: outputs } }],
    },
    { text: "{{found.summary}}" },
  );
  const run = ["run", "-n", "first", "--cwd", "sub", "--model", model, "Hi"];
  const { stdout } = await workspace.run(run, { env: { POD_HOME: "../home" } });
  match(stdout, /^Found matches in 1 file/);
  deepEqual((await metadataOf(workspace, "first")).cwd, `${workspace.directory}/sub`);
});

Deno.test("ten runs at the same time in one home all succeed", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi", chunk_delay_ms: 50 });
  const runs = Array.from(
    { length: 10 },
    () => workspace.run(["run", "-o", "json", "--model", model, "Hi"]),
  );
  const reports = (await Promise.all(runs)).map(reportOf);
  deepEqual(reports.map(({ exit_code, text }) => [exit_code, text]), Array(10).fill([0, "Hi"]));
  equal(new Set(reports.map(({ pod }) => pod)).size, 10);
  const logs = Object.keys(await tree(`${workspace.home}/sessions`)).filter((path) =>
    path.endsWith(".jsonl")
  );
  deepEqual(
    logs.sort(),
    reports.map(({ session_id, segment_id }) => `${session_id}/${segment_id}.jsonl`).sort(),
  );
});
