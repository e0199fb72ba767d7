import { deepEqual, equal, match } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { reportOf } from "../support/run_output.ts";
import { ServingPod } from "../support/serving_pod.ts";

/** A project with a profile `coder`, whose model says "I code." */
async function createProject(defaultProfile = ""): Promise<Workspace> {
  const workspace = await Workspace.create({
    ".pod/profiles.toml": `${defaultProfile}[profile]\ncoder = "profiles/coder.toml"\n`,
    "sub/file": "",
  });
  const model = await workspace.scenario({ text: "I code." });
  await workspace.write(
    ".pod/profiles/coder.toml",
    [
      'description = "Codes"',
      'scope = { intent = "workspace_write", deny_write = ["docs"] }',
      'delegation_scope = "workspace_read"',
      `[model]\nref = "${model}"\ncontext_window = 10000`,
      "[worker]\nmax_turns = 3",
      '[compaction]\nkind = "ratio"\nthreshold = 0.55',
    ].join("\n"),
  );
  return workspace;
}

Deno.test("a profile makes a new pod; that goes on as it was made, whatever becomes of the profile", async () => {
  await using workspace = await createProject();
  const { directory } = workspace;
  const first = await ServingPod.serve(workspace, "work", ["--profile", "coder"]);
  const made = await first.manifest();
  deepEqual(made.scope, {
    allow: [{ target: directory, permission: "write", recursive: true }],
    deny: [{ target: `${directory}/docs`, permission: "write", recursive: true }],
  });
  deepEqual(made.delegation_scope, {
    allow: [{ target: directory, permission: "read", recursive: true }],
    deny: [],
  });
  deepEqual([made.worker.max_turns, made.compaction.threshold], [3, 5500]);
  deepEqual(made.profile, {
    source: {
      kind: "registry",
      source: "project",
      name: "coder",
      path: `${directory}/.pod/profiles/coder.toml`,
    },
    profile: { name: "coder", description: "Codes" },
  });
  await first.talkAndStop("Go");

  await workspace.write(".pod/profiles.toml", "= 1");
  const second = await ServingPod.start(workspace, "work");
  deepEqual(await second.manifest(), made);
  await second.talkAndStop("Go");
});

Deno.test("40.11-W16 a conversation is kept within the smallest window of its model and the fallbacks", async () => {
  await using workspace = await Workspace.create({
    "wide.toml": [
      '[model]\nref = "anthropic/claude-opus-5-5"\nfallback = ["openai/gpt-4o"]',
      '[compaction]\nkind = "ratio"\nthreshold = 0.5',
    ].join("\n"),
  });
  const env = { ANTHROPIC_API_KEY: "key", OPENAI_API_KEY: "key" };
  const args = ["--profile", "./wide.toml"];
  await using pod = await ServingPod.serve(workspace, "work", args, { env });
  equal((await pod.manifest()).compaction.threshold, 64_000);
});

Deno.test("the project's default profile is what starts without a profile get", async () => {
  await using workspace = await createProject('default = "coder"\n');
  const { text, pod } = reportOf(await workspace.run(["run", "-o", "json", "Hi"]));
  equal(text, "I code.");
  match(pod ?? "", /^run-/);
  await using serving = await ServingPod.start(workspace, "n", ["--cwd", "sub"]);
  const { scope, worker, profile } = await serving.manifest();
  equal(profile.source.name, "coder");
  equal(worker.max_turns, 3);
  equal(scope.allow[0].target, `${workspace.directory}/sub`);

  await workspace.write(".pod/profiles.toml", 'default = "gone"\n');
  const lost = await workspace.run(["run", "Hi"]);
  equal(lost.code, 2);
  match(lost.stderr, /failed to resolve profile default: profile not found: project:gone/);
});

Deno.test("pod run and pod start take a profile for a new pod, and refuse it for one with a session", async () => {
  await using workspace = await createProject();
  const profile = ["--profile", ".pod/profiles/coder.toml"];
  const run = ["run", "--name", "n", ...profile, "Hi"];
  const { code, stdout } = await workspace.run(run);
  deepEqual([code, stdout], [0, "I code.\n"]);
  const again = await workspace.run(run);
  equal(again.code, 2);
  match(again.stderr, /pod `n` has a session, .*: --profile cannot change it/);
  const both = await workspace.run([...run, "--manifest", "pod.toml"]);
  equal(both.code, 2);
  match(both.stderr, /--profile <selector>' cannot be used with option '--manifest <file>'/);

  const start = ["start", "m", ...profile];
  const started = await workspace.run(start);
  equal(started.stdout, `${workspace.home}/run/m/sock\n`, started.stderr);
  const send = await workspace.run(["send", "m", "--wait", "Hi"]);
  equal(send.stdout, "I code.\n");
  const live = await workspace.run(["run", "--name", "m", ...profile, "Hi"]);
  equal(live.code, 2);
  match(live.stderr, /pod `m` is running already, and --profile is for a new pod/);
  equal((await workspace.run(["stop", "m"])).code, 0);
  await workspace.deserted();
  const restarted = await workspace.run(start);
  equal(restarted.code, 2);
  match(restarted.stderr, /pod `m` has a session, .*: --profile cannot change it/);
  const named = await workspace.run(["serve", ...profile, "--profile-pod-name", "m"]);
  equal(named.code, 1);
  match(named.stderr, /^error: pod `m` has a session, /);
});

Deno.test("70.3.4 a full manifest as a profile brings its name and its scope", async () => {
  await using workspace = await createProject();
  const model = await workspace.scenario({ text: "Full." });
  await workspace.write(
    "full/lead.json",
    JSON.stringify({
      profile: { format: "pod.profile.v1", name: "leader" },
      manifest: {
        pod: { name: "lead" },
        model: { ref: model },
        scope: { allow: [{ target: ".", permission: "read" }] },
      },
    }),
  );
  await using serving = await ServingPod.serve(workspace, "lead", [
    "--profile=full/lead.json",
    "--cwd=full",
  ]);
  const { scope, profile } = await serving.manifest();
  deepEqual(scope.allow, [
    { target: `${workspace.directory}/full`, permission: "read", recursive: true },
  ]);
  deepEqual(profile.profile, { format: "pod.profile.v1", name: "leader" });
  // A run names itself.
  const { pod } = reportOf(
    await workspace.run(["run", "-o", "json", "--profile=full/lead.json", "--cwd=full", "Hi"]),
  );
  match(pod ?? "", /^run-/);
});
