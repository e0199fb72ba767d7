import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { exists } from "../support/exists.ts";
import { inTime } from "../support/in_time.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { segmentPaths } from "../support/session_files.ts";
import { inputsIn, metadataOf, readJson } from "./pod_files.ts";
import { UNPRIVILEGED } from "../support/start_through.ts";

const UUID = "0192f0e8-4d84-7d6e-a000-000000000001";

/** The names in the table of live pods. */
async function tableOf(workspace: Workspace): Promise<string[]> {
  const { allocations } = await readJson(`${workspace.home}/run/pods.json`);
  return allocations.map(({ pod_name }: { pod_name: string }) => pod_name);
}

Deno.test("70.11-18 wrong usage is exit code 2, and nothing is left on disk", async () => {
  await using workspace = await Workspace.create();
  const env = { POD_MODEL: await workspace.scenario({ text: "Hi" }) };
  const cases = [
    [
      ["--profile", "x", "--pod", "n"],
      "option '--pod <name>' cannot be used with option '--profile",
    ],
    [["--require-pod-state"], "option '--require-pod-state' needs option '--pod'\n"],
    [["--overlay", "f"], "unknown option '--overlay'"],
  ] as const;
  await Promise.all(cases.map(async ([args, says]) => {
    const { code, stdout, stderr } = await workspace.run(["serve", ...args], { env });
    ok(stderr.startsWith(`error: ${says}`), stderr);
    deepEqual([code, stdout], [2, ""]);
  }));
  equal(await exists(workspace.home), false);
});

/** What cannot be done, and what is said of it. */
const FAILURES: readonly (readonly [args: readonly string[], says: string])[] = [
  [["--pod", "../x"], "invalid pod name: ../x"],
  [["--pod", "n", "--require-pod-state"], "pod state missing for n"],
  [["--session", UUID], `--session ${UUID}: segment is not registered to any session`],
  [["--adopt"], "--adopt requires --callback"],
  [
    ["--adopt", "--callback", "/s", "--spawn-config-json", '{"pod":{"name":"kid"}}'],
    "failed to resolve --spawn-config-json: missing required field: scope.allow",
  ],
  [["--manifest", "no.toml", "--pod", "n"], "failed to read manifest no.toml: "],
  [
    ["--manifest", "nameless.toml"],
    "failed to resolve manifest nameless.toml: missing required field: pod.name",
  ],
  [["--profile", "nope"], "failed to resolve profile nope: profile not found: nope"],
  [["--pod", "n", "--deny", "."], "failed to create pod n: pwd is not readable under the "],
  [["--deny", "."], "failed to create pod: pwd is not readable under the configured scope: "],
];

Deno.test("70.4.4 what cannot be done is said in one line, and nothing is left on disk", async () => {
  await using workspace = await Workspace.create({
    "nameless.toml": '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
  });
  const env = { POD_MODEL: await workspace.scenario({ text: "Hi" }) };
  const check = async ([args, says]: (typeof FAILURES)[number]) => {
    const { code, stdout, stderr } = await workspace.run(["serve", ...args], { env });
    ok(stderr.startsWith(`error: ${says}`), stderr);
    deepEqual([code, stdout], [1, ""], args.join(" "));
  };
  for (let at = 0; at < FAILURES.length; at += 2) {
    await Promise.all(FAILURES.slice(at, at + 2).map(check));
  }
  equal(await exists(workspace.home), false);
});

Deno.test("70.11-19 --project is refused before any profile is looked at", async () => {
  await using workspace = await Workspace.create({ ".pod/profiles.toml": "= 1" });
  const { code, stdout, stderr } = await workspace.run(["serve", "--project", "."]);
  deepEqual([code, stdout], [1, ""]);
  equal(
    stderr,
    "error: --project is no longer supported; normal startup uses profile discovery/default, and " +
      "--manifest <PATH> is the only one-file manifest mode\n",
  );
});

Deno.test("70.11-20 --pod names the pod of a manifest, whose `.` is where the file is", async () => {
  await using workspace = await Workspace.create({
    "team/pod.toml": '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
  });
  const model = await workspace.scenario({ text: "Hi" });
  const args = ["--manifest=team/pod.toml", "--model", model, "--cwd=team"];
  await using serving = await ServingPod.start(workspace, "n", args);
  const { pod, scope, profile } = await serving.manifest();
  deepEqual(pod, { name: "n" });
  deepEqual(scope, {
    allow: [{ target: `${workspace.directory}/team`, permission: "write", recursive: true }],
    deny: [],
  });
  equal(profile, undefined);
});

Deno.test("70.11-21 70.11-22 what is there while a pod serves, and what is left of it", async () => {
  await using server = startModelServer([{ text: "Hi" }]);
  await using workspace = await Workspace.create();
  const env = { ...anthropicAt(server), POD_API_KEY_ANTHROPIC: "the-secret-key" };
  const pod = await ServingPod.start(workspace, "n", [], { env });
  const runtime = `${workspace.home}/run/n`;
  equal(await Deno.readTextFile(`${runtime}/pid`), `${pod.process.pid}`);
  const { session_id, segment_id } = (await metadataOf(workspace, "n")).active;
  ok(session_id);
  equal(segment_id, undefined);
  const status = await readJson(`${runtime}/status.json`);
  deepEqual([status.pod_name, status.state], ["n", "idle"]);
  deepEqual(await tableOf(workspace), ["n"]);
  equal(((await Deno.stat(`${runtime}/manifest.toml`)).mode ?? 0) & 0o777, 0o600);
  deepEqual(
    await pod.manifest(),
    (await metadataOf(workspace, "n")).resolved_manifest_snapshot,
  );
  ok(!(await Deno.readTextFile(`${runtime}/manifest.toml`)).includes("the-secret-key"));

  const { code, stdout, stderr } = await pod.talkAndStop("Hi");
  deepEqual([code, stdout], [0, ""]);
  deepEqual(stderr.split("\n"), [
    `POD-READY\tn\t${runtime}/sock`,
    `pod: n listening on "${runtime}/sock"`,
    "pod: n shutting down (client request)",
    "",
  ]);
  equal(await exists(runtime), false);
  deepEqual(await tableOf(workspace), []);
  equal((await metadataOf(workspace, "n")).active.segment_id, status.segment_id);
  equal((await workspace.entries()).at(-1)?.kind, "run_completed");

  await using again = await ServingPod.start(workspace, "n", ["--require-pod-state"], { env });
  again.process.kill("SIGINT");
  const end = await inTime("the end after SIGINT", again.process.finished);
  equal(end.code, 0);
  match(end.stderr, /\npod: n shutting down \(signal\)\n$/);
  equal(await exists(runtime), false);
});

Deno.test("a warning comes after the lines that a launcher waits for", async () => {
  await using workspace = await Workspace.create({
    "pod.toml": 'extra = 1\n[[scope.allow]]\ntarget = "."\npermission = "write"\n',
  });
  const model = await workspace.scenario({ text: "Hi" });
  await using pod = await ServingPod.start(workspace, "n", [
    "--manifest",
    "pod.toml",
    "--model",
    model,
  ]);
  const { stderr } = await pod.talkAndStop("Hi");
  match(stderr, /^POD-READY\t.*\npod: n listening on .*\npod: warning: unknown field .* extra\n/);
});

Deno.test("without a name a pod is called after its directory, and never takes over a session", async () => {
  await using workspace = await Workspace.create({ "my proj/file": "" });
  const model = await workspace.scenario({ text: "Hi" });
  const args = ["--model", model, "--cwd", "my proj"];
  // A start that came to nothing leaves the name free.
  const first = await ServingPod.serve(workspace, "my-proj", args);
  first.process.kill("SIGTERM");
  equal((await first.process.finished).code, 0);

  await (await ServingPod.serve(workspace, "my-proj", args)).talkAndStop("Hi");
  const { code, stderr } = await workspace.run(["serve", ...args]);
  equal(code, 1);
  match(stderr, /^error: pod `my-proj` has a session already; `--pod my-proj` goes on with it, or/);
  const goesOn = await ServingPod.start(workspace, "my-proj", ["--require-pod-state"]);
  await goesOn.talkAndStop("Again");
  const [log = "", ...others] = await segmentPaths(`${workspace.home}/sessions`);
  deepEqual(others, []);
  deepEqual(await inputsIn(log), ["Hi", "Again"]);
});

Deno.test("70.9-7 --store holds logs, and beside them what leads to them", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const store = `${workspace.root}/deep/store`;
  const args = ["--model", model, "--pod", "n"];
  await (await ServingPod.serve(workspace, "n", [...args, "-s", "../deep/store"])).talkAndStop(
    "one",
  );
  await (await ServingPod.serve(workspace, "n", [...args, `--store=${store}`])).talkAndStop("two");
  const { session_id, segment_id } = (await metadataOf(workspace, "n", `${store}/pods`)).active;
  deepEqual(await inputsIn(`${store}/${session_id}/${segment_id}.jsonl`), ["one", "two"]);
  deepEqual([...Deno.readDirSync(workspace.home)].map(({ name }) => name), ["run"]);

  // In another store it is another pod.
  const elsewhere = await workspace.run(["serve", "--pod", "n", "--require-pod-state"]);
  equal(elsewhere.stderr, "error: pod state missing for n\n");
  const bySegment = ["--session", segment_id, "--store", store];
  await (await ServingPod.serve(workspace, "n", bySegment)).talkAndStop("three");
});

Deno.test("a store that cannot be made is told before the pod is ready", async () => {
  await using workspace = await Workspace.create({ file: "" });
  const env = { POD_MODEL: await workspace.scenario({ text: "Hi" }) };
  await Deno.mkdir(`${workspace.root}/locked`, { mode: 0o555 });
  const stores = [["file", []], ["../locked/store", UNPRIVILEGED]] as const;
  for (const [store, through] of stores) {
    const args = ["serve", "--pod", "n", "--store", store];
    const { code, stderr } = await workspace.run(args, { env, through });
    equal(code, 1);
    match(
      stderr,
      /^error: failed to create pod n: failed to initialize session store at "\/.*; set --store to a directory that can be written\n$/,
    );
  }
});

Deno.test("70.11-24 of pods that would write in the same place the second is refused, naming the first", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const env = { POD_MODEL: await workspace.scenario({ text: "Hi" }) };
  const first = await ServingPod.start(workspace, "first", [], { env });
  const second = ["--pod", "second", "--cwd", "sub"];
  const { directory } = workspace;
  const refused = await workspace.run(["serve", ...second], { env });
  equal(
    refused.stderr,
    `error: failed to create pod second: requested scope \`${directory}/sub\` conflicts with pod ` +
      `\`first\` rule \`${directory}\`\n`,
  );
  const sameName = await workspace.run(["serve", "--pod", "first", "--allow-read", "."], { env });
  match(
    sameName.stderr,
    /^error: failed to restore pod first: pod name `first` is already/,
  );
  {
    const args = [...second, "--allow-read", "."];
    await using _reader = await ServingPod.serve(workspace, "second", args, { env });
  }
  first.process.kill("SIGTERM");
  await first.process.finished;
  await using _writer = await ServingPod.serve(workspace, "second", second, { env });
});
