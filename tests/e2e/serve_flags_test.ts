import { newId } from "../../lib/base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Entry } from "../../lib/protocol/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { inTime } from "../support/in_time.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { segmentPaths } from "../support/session_files.ts";
import { UNPRIVILEGED } from "../support/start_through.ts";

const UUID = "0192f0e8-4d84-7d6e-a000-000000000001";

async function there(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

function metadataOf(workspace: Workspace, name: string, pods = `${workspace.home}/pods`) {
  return readJson(`${pods}/${name}/metadata.json`);
}

/** The names in the table of live pods. */
async function tableOf(workspace: Workspace): Promise<string[]> {
  const { allocations } = await readJson(`${workspace.home}/run/pods.json`);
  return allocations.map(({ pod_name }: { pod_name: string }) => pod_name);
}

/** The texts that a log has as inputs. */
async function inputsIn(path: string): Promise<unknown[]> {
  const entries = (await Deno.readTextFile(path)).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  return entries.filter(({ kind }) => kind === "user_input")
    .map(({ segments }) => segments[0].content);
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
  equal(await there(workspace.home), false);
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
  equal(await there(workspace.home), false);
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
  equal(await there(runtime), false);
  deepEqual(await tableOf(workspace), []);
  equal((await metadataOf(workspace, "n")).active.segment_id, status.segment_id);
  equal((await workspace.entries()).at(-1)?.kind, "run_completed");

  await using again = await ServingPod.start(workspace, "n", ["--require-pod-state"], { env });
  again.process.kill("SIGINT");
  const end = await inTime("the end after SIGINT", again.process.finished);
  equal(end.code, 0);
  match(end.stderr, /\npod: n shutting down \(signal\)\n$/);
  equal(await there(runtime), false);
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

Deno.test("--session goes on with a segment, by its id or by its session's, as the pod it belongs to", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const model = await workspace.scenario({ text: "Hi" });
  await (await ServingPod.start(workspace, "n", ["--model", model, "--cwd", "sub"])).talkAndStop(
    "one",
  );
  const { session_id, segment_id } = (await metadataOf(workspace, "n")).active;
  for (const [id, text] of [[segment_id, "two"], [session_id, "three"]]) {
    await (await ServingPod.serve(workspace, "n", [`--session=${id}`])).talkAndStop(text);
  }
  const renamed = ["--session", segment_id, "--session-pod-name", "other"];
  await (await ServingPod.serve(workspace, "other", renamed)).talkAndStop("four");

  const [log = "", ...others] = await segmentPaths(`${workspace.home}/sessions`);
  deepEqual(others, []);
  deepEqual(await inputsIn(log), ["one", "two", "three", "four"]);
  const { cwd, active } = await metadataOf(workspace, "other");
  deepEqual([cwd, active.segment_id], [`${workspace.directory}/sub`, segment_id]);
});

Deno.test("--session does not put one session in another's place", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  for (const name of ["a", "b"]) {
    await (await ServingPod.start(workspace, name, ["--model", model])).talkAndStop("Hi");
  }
  const { segment_id } = (await metadataOf(workspace, "a")).active;
  const args = ["serve", "--session", segment_id, "--session-pod-name", "b"];
  const { code, stderr } = await workspace.run(args);
  equal(code, 1);
  match(stderr, /^error: pod `b` has a session already/);
});

/** Puts a log on disk that is not of our making. */
async function writeLog(workspace: Workspace, scope: boolean): Promise<string> {
  const [sessionId, segmentId] = [newId(), newId()];
  const target = workspace.directory;
  const entries: Entry[] = [
    {
      kind: "segment_start",
      ts: 1,
      session_id: sessionId,
      system_prompt: "You are a test.",
      config: { ...DEFAULT_REQUEST_CONFIG },
      history: [],
    },
    {
      kind: "extension",
      ts: 1,
      domain: "pod.scope",
      payload: { allow: [{ target, permission: "read", recursive: true }], deny: [] },
    },
  ];
  const store = new SessionStore(`${workspace.home}/sessions`);
  using _log = await store.createSegment(sessionId, segmentId, entries.slice(0, scope ? 2 : 1));
  return segmentId;
}

Deno.test("30.14-34 70.11-23 a log that cannot be gone on with is told apart", async () => {
  await using workspace = await Workspace.create();
  const env = { POD_MODEL: await workspace.scenario({ text: "Hi" }) };
  const scopeless = await writeLog(workspace, false);
  const empty = newId();
  const [session = ""] = new SessionStore(`${workspace.home}/sessions`).listSessions();
  await Deno.writeTextFile(`${workspace.home}/sessions/${session}/${empty}.jsonl`, "");
  const putMetadata = async (name: string, text: string) => {
    await Deno.mkdir(`${workspace.home}/pods/${name}`, { recursive: true });
    await Deno.writeTextFile(`${workspace.home}/pods/${name}/metadata.json`, text);
  };
  const active = { session_id: newId(), segment_id: UUID };
  await putMetadata("lost", JSON.stringify({ pod_name: "lost", active }));
  const check = async (args: readonly string[], says: string) => {
    const { code, stderr } = await workspace.run(["serve", ...args], { env });
    ok(stderr.startsWith(`error: ${says}`), stderr);
    equal(code, 1);
  };
  await check(
    ["--session", scopeless],
    `failed to restore pod: session ${scopeless} has no persisted scope snapshot; refusing resume ` +
      "without explicit scope",
  );
  await check(
    ["--session", empty],
    `failed to restore pod: session ${empty} has no entries to restore`,
  );
  await check(["--pod", "lost"], `failed to restore pod lost: segment not found: ${UUID}`);

  await check(["--pod", "nobody", "--require-pod-state"], "pod state missing for nobody");
  const snapshot = { pod: { name: "odd" }, scope: { allow: "everything" } };
  await putMetadata(
    "odd",
    JSON.stringify({ pod_name: "odd", active, resolved_manifest_snapshot: snapshot }),
  );
  await check(
    ["--pod", "odd"],
    "failed to restore pod odd: pod metadata for odd contains an invalid resolved manifest snapshot: ",
  );

  await putMetadata("torn", '{"pod_na');
  await check(["--pod", "torn"], "failed to read pod state for torn: serialization error: ");
  // The session may be that pod's.
  await check(["--session", scopeless], "failed to read pod state for torn: serialization error: ");
});

Deno.test("70.9-20 --resume-scope-json narrows a session's scope, or stands in for it", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const env = { POD_MODEL: await workspace.scenario({ text: "Hi" }) };
  const scope = (target: string, permission: string) =>
    JSON.stringify({ allow: [{ target, permission }], deny: [] });
  const { directory } = workspace;
  const scopes = async () => {
    const { allocations: [{ scope_allow }] } = await readJson(`${workspace.home}/run/pods.json`);
    return scope_allow;
  };
  const segment = await writeLog(workspace, true);
  const narrower = ["--session", segment, "--session-pod-name", "n", "--cwd", "sub"];
  const grown = await workspace.run(
    ["serve", ...narrower, "--resume-scope-json", scope(directory, "write")],
    { env },
  );
  equal(grown.code, 1);
  match(grown.stderr, /^error: failed to restore pod: the scope of a session can only be narrowed/);
  {
    const flag = ["--resume-scope-json", scope(`${directory}/sub`, "read")];
    await using _pod = await ServingPod.serve(workspace, "n", [...narrower, ...flag], { env });
    deepEqual(await scopes(), [
      { target: `${directory}/sub`, permission: "read", recursive: true },
    ]);
  }
  await workspace.deserted();
  const scopeless = await writeLog(workspace, false);
  await Deno.writeTextFile(`${workspace.root}/scope.json`, scope(directory, "write"));
  await using _pod = await ServingPod.serve(workspace, "m", [
    "--session",
    scopeless,
    "--session-pod-name=m",
    `--resume-scope-json=@${workspace.root}/scope.json`,
  ], { env });
  deepEqual(await scopes(), [{ target: directory, permission: "write", recursive: true }]);
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
