import { newId } from "../../lib/base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Entry } from "../../lib/protocol/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { segmentPaths } from "../support/session_files.ts";
import { inputsIn, metadataOf, readJson } from "./pod_files.ts";

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
  const active = { session_id: newId(), segment_id: newId() };
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
  await check(
    ["--pod", "lost"],
    `failed to restore pod lost: segment not found: ${active.segment_id}`,
  );

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
