import { PodClient } from "../../lib/ipc/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { inTime } from "../support/in_time.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type ModelServer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { UNPRIVILEGED } from "../support/start_through.ts";
import { readAnthropic } from "../support/wire_rules.ts";

const answers = (count: number) => startModelServer(Array(count).fill({ text: "Hi" }));

function sent(server: ModelServer, index: number) {
  const request = server.requests[index];
  if (request === undefined) throw new Error(`there was no request ${index}`);
  const { system, items } = readAnthropic(request);
  return { system, told: items.flatMap((item) => item.kind === "text" ? [item.text] : []) };
}

const FILES = {
  "pod.toml": '[skills]\ndirectories = ["../skills"]\n[[scope.allow]]\ntarget = "."\n' +
    'permission = "write"\n',
  ".pod/workflow/release.md": "---\ndescription: How to release\nmodel_invocation: true\n---\n" +
    "1. Tag\n",
  ".pod/workflow/README.md": "# About workflows\n",
  "../skills/release/SKILL.md": "---\nname: release\ndescription: Shadowed\n---\n",
  "../skills/lint/SKILL.md": "---\nname: lint\ndescription: |\n  Lints\n  it\n---\nRun lint.\n",
  "../skills/lint/lint.sh": "echo",
};

Deno.test("40.12-40 40.11-W40 the model is told of workflows and skills, and may read them", async () => {
  await using server = readsSkill();
  await using workspace = await Workspace.create(FILES);
  const run = ["run", "--manifest", "pod.toml", "--name", "worker", "Hi"];
  const first = await workspace.run(run, { env: anthropicAt(server) });
  equal(first.code, 0, first.stderr);
  const { directory, root } = workspace;
  const { system, told } = sent(await server, 0);
  const section = system.slice(system.indexOf("## Resident workflows"));
  deepEqual(section.split("\n").slice(-2), [
    `- lint: Lints it  (${root}/skills/lint/SKILL.md)`,
    `- release: How to release (${directory}/.pod/workflow/release.md)`,
  ]);
  match(system, new RegExp(`Readable:(\\n  - .*)*\\n  - ${root}/skills\\n`));
  match(told[1] ?? "", /^\[Notification\]\n\[Skill shadowed\] skill \/release from skill \(/);
  match(first.stderr, /\.pod\/workflow\/README\.md is not used: invalid workflow file name/);
  const result = (await workspace.entries()).find(({ kind }) => kind === "tool_result");
  match(JSON.stringify(result), /Read 1 line\(s\) from .*lint\.sh/);
});

/** Its first answer reads a file of the skill that it was told of. */
function readsSkill(): ModelServer {
  return startModelServer((request, index) => {
    const path = /\((.*\/skills\/lint)\/SKILL\.md\)/.exec(readAnthropic(request).system)?.[1];
    const input = { file_path: `${path}/lint.sh` };
    return index === 0 ? { toolCalls: [{ name: "Read", input }] } : { text: "Hi" };
  });
}

Deno.test("40.11-W40 a pod that works further down may read the workflows that it is told of", async () => {
  await using server = startModelServer((request, index) => {
    const path = /\((\/.*\/release\.md)\)/.exec(readAnthropic(request).system)?.[1];
    const input = { file_path: `${path}` };
    return index % 2 === 0 ? { toolCalls: [{ name: "Read", input }] } : { text: "Hi" };
  });
  await using workspace = await Workspace.create({ ...FILES, "pkg/x": "", "secret": "" });
  const options = { env: anthropicAt(server) };
  const results = async (...flags: string[]) => {
    const { stdout } = await workspace.run([
      "run",
      "-o",
      "stream-json",
      "-C",
      "pkg",
      ...flags,
      "Hi",
    ], {
      ...options,
    });
    return stdout.split("\n").filter((line) => line.includes('"tool_result"')).join();
  };
  match(await results(), /Read 5 line\(s\) from .*\/release\.md/);
  const { system } = sent(server, 0);
  ok(system.includes(`  - ${workspace.directory}/.pod/workflow\n`), system);
  ok(!system.includes(`  - ${workspace.directory}\n`), system);
  match(await results("--deny", ".pod"), /path is outside allowed scope/);
});

Deno.test("40.11-W47 a session that goes on is not told again what is shadowed", async () => {
  await using server = await answers(2);
  await using workspace = await Workspace.create(FILES);
  const run = ["run", "--manifest", "pod.toml", "--name", "worker", "Hi"];
  for (const _run of [1, 2]) await workspace.run(run, { env: anthropicAt(server) });
  const { told } = sent(server, 1);
  equal(told.filter((text) => text.includes("[Skill shadowed]")).length, 1);
});

Deno.test("pod workflows and pod skills list what there is", async () => {
  await using workspace = await Workspace.create({ ...FILES, "src/x": "" });
  const workflows = await workspace.run(["workflows", "--cwd", "src"]);
  const path = `${workspace.directory}/.pod/workflow`;
  deepEqual([workflows.code, workflows.stdout], [
    0,
    `/release  How to release  (${path}/release.md)\n`,
  ]);
  match(workflows.stderr, /README\.md: error: invalid workflow file name/);
  const skills = await workspace.run(["skills", "--manifest", "pod.toml", "--json"]);
  const rows: { slug: string; model_invocation: boolean }[] = JSON.parse(skills.stdout);
  deepEqual(rows.map(({ slug, model_invocation }) => [slug, model_invocation]), [
    ["lint", true],
    ["release", true],
  ]);
  const none = await workspace.run(["skills"]);
  deepEqual([none.code, none.stdout], [0, ""]);
  match(
    none.stderr,
    /^there are no skills here; `\[skills\] directories` in a manifest or profile/,
  );
  await workspace.write("coder.toml", '[skills]\ndirectories = ["../skills"]\n');
  const profile = await workspace.run(["skills", "--profile", "./coder.toml"]);
  match(profile.stdout, /^\/lint {2}Lints it/, profile.stderr);
  const astray = await workspace.run(["workflows", "--cwd", "none"]);
  deepEqual([astray.code, astray.stdout], [2, ""]);
  match(astray.stderr, /^pod: error: failed to resolve pwd none: No such file/);
});

Deno.test("40.11-W41 40.12-11 what may not be read is told, and keeps nothing else from working", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    ...FILES,
    ".pod/workflow/closed.md": "---\ndescription: d\n---\n",
    "../skills/closed/SKILL.md": "---\nname: closed\ndescription: d\n---\n",
    "AGENTS.md": "closed",
    "closed.txt": "closed",
  });
  const closed = ["AGENTS.md", "closed.txt", ".pod/workflow/closed.md", "../skills/closed"];
  for (const path of closed) await Deno.chmod(`${workspace.directory}/${path}`, 0);
  const run = ["run", "--manifest", "pod.toml", "/release @closed.txt"];
  const options = { env: anthropicAt(server), through: UNPRIVILEGED };
  const { code, stderr } = await workspace.run(run, options);
  await Deno.chmod(`${workspace.root}/skills/closed`, 0o755);
  equal(code, 0, stderr);
  match(stderr, /\/workflow\/closed\.md is not used: Permission denied/);
  match(stderr, /\/closed\/SKILL\.md is not used: Permission denied/);
  match(stderr, /failed to read AGENTS\.md \(.*\/AGENTS\.md\): Permission denied/);
  match(stderr, /file ref @closed\.txt could not be resolved: I\/O error at .*: Permission denied/);
  ok(sent(server, 0).told.includes("[Workflow /release]\n1. Tag"));
});

Deno.test("pod workflows --check ends with 1 when something is wrong", async () => {
  await using workspace = await Workspace.create(FILES);
  const wrong = await workspace.run(["workflows", "--check", "--json"]);
  const [finding] = JSON.parse(wrong.stdout);
  deepEqual([wrong.code, finding.level], [1, "error"]);
  ok(finding.path.endsWith("/.pod/workflow/README.md"));
  const right = await workspace.run(["skills", "--manifest", "pod.toml", "--check"]);
  deepEqual([right.code, right.stdout, right.stderr], [0, "", ""]);
});

Deno.test("40.12-14 10.15-17 an invocation that cannot be: the sender is told, nothing happens, the next run works", async () => {
  await using server = await answers(2);
  await using workspace = await Workspace.create(FILES);
  const options = { env: anthropicAt(server) };
  await using pod = workspace.spawn(["serve", "--pod", "live", "--manifest", "pod.toml"], options);
  await pod.printed(/POD-READY/);
  using client = await PodClient.connect(`${workspace.home}/run/live/sock`);
  const input = [{ kind: "workflow_invoke" as const, slug: "nope" }];
  await client.send({ method: "run", params: { input }, id: 1 });
  deepEqual(await inTime("the refusal", client.receive()), {
    event: "error",
    data: {
      code: "invalid_request",
      message: "workflow invocation failed: workflow /nope is not registered",
    },
    reply_to: 1,
  });
  deepEqual(await Array.fromAsync(Deno.readDir(`${workspace.home}/sessions`)), []);

  const sentText = await workspace.run(["send", "live", "--wait", "/nope now /release 1.2"]);
  equal(sentText.code, 0, sentText.stderr);
  const { told } = sent(server, 0);
  deepEqual(told.slice(0, 2), ["/nope now /release 1.2", "[Workflow /release]\n1. Tag"]);

  await client.send({ method: "list_completions", params: { kind: "file", prefix: "pod" }, id: 2 });
  for (;;) {
    const event = await inTime("the completions", client.receive());
    if (event?.reply_to !== 2) continue;
    deepEqual("data" in event && event.data, {
      kind: "file",
      entries: [{ value: "pod.toml", is_dir: false }],
    });
    break;
  }
});

Deno.test("40.12-15 pod run invokes the workflow that its prompt names", async () => {
  await using server = await answers(1);
  await using workspace = await Workspace.create(FILES);
  const run = ["run", "/release", "and", "/tmp"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  deepEqual(sent(server, 0).told, ["/release and /tmp", "[Workflow /release]\n1. Tag"]);
  const input = (await workspace.entries()).find(({ kind }) => kind === "user_input");
  deepEqual(input?.segments, [
    { kind: "workflow_invoke", slug: "release" },
    { kind: "text", content: " and /tmp" },
  ]);
});
