import { document } from "../context/workflows/workspace.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type ModelServer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { readAnthropic } from "../support/wire_rules.ts";

/** What the model was told in the last request, a text per piece. */
function told(server: ModelServer): string[] {
  const request = server.requests.at(-1);
  if (request === undefined) throw new Error("there was no request");
  return readAnthropic(request).items.flatMap((item) => item.kind === "text" ? [item.text] : []);
}

const answers = (count: number) => startModelServer(Array(count).fill({ text: "Hi" }));

Deno.test("40.12-9 pod run shows the files and directories that its prompt names", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({ "src/a.ts": "let a;\n", "docs/x.md": "" });
  const prompt = ["review", "@src/a.ts,", "@docs", "for ada@example.org", "and @hono/node-server"];
  const { code, stderr } = await workspace.run(["run", ...prompt], { env: anthropicAt(server) });
  equal(code, 0, stderr);
  deepEqual(told(server), [
    "review @src/a.ts, @docs for ada@example.org and @hono/node-server",
    "[File: src/a.ts]\nlet a;\n",
    "[Dir: docs]\nx.md",
  ]);
  const kinds = (await workspace.entries()).map(({ kind }) => kind);
  deepEqual(kinds.slice(2, 6), ["invoke", "user_input", "system_item", "system_item"]);
});

Deno.test("40.12-10 40.12-11 a limit cuts files; what may not be read is told on standard error", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    "pod.toml": '[worker.file_upload]\nmax_bytes = 5\n[[scope.allow]]\ntarget = "."\n' +
      'permission = "write"\n',
    "ten": "0123456789",
    "../secret": "secret",
  });
  const run = ["run", "--manifest", "pod.toml", "@ten @../secret"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  match(stderr, /file ref @\.\.\/secret could not be resolved: path is outside allowed scope: \//);
  const remark = "[...truncated, 10 bytes total — use Read for the rest]";
  deepEqual(told(server), ["@ten @../secret", `[File: ten]\n01234\n${remark}`]);
});

Deno.test("references count from where the pod works; what is piped in holds none", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({ "pkg/a.ts": "A" });
  await workspace.run(["run", "--cwd", "pkg", "see @a.ts", "-"], {
    env: anthropicAt(server),
    stdin: "@a.ts\n",
  });
  deepEqual(told(server), ["see @a.ts\n\n@a.ts", "[File: a.ts]\nA"]);
});

Deno.test("pod send and pod attach show what they are given to a live pod, from its directory", async () => {
  await using server = answers(2);
  await using workspace = await Workspace.create({ "pkg/a.ts": "A", "pkg/b.ts": "B" });
  await using pod = workspace.spawn(["serve", "--pod", "live", "--cwd", "pkg"], {
    env: anthropicAt(server),
  });
  await pod.printed(/POD-READY/);
  const sent = await workspace.run(["send", "live", "--wait", "see @a.ts"]);
  equal(sent.code, 0, sent.stderr);
  deepEqual(told(server), ["see @a.ts", "[File: a.ts]\nA"]);
  await using attached = workspace.spawn(["attach", "live"], { stdin: "and @b.ts\n" });
  await attached.finished;
  await server.request(1);
  deepEqual(told(server).slice(-2), ["and @b.ts", "[File: b.ts]\nB"]);
});

Deno.test("40.2.1 what looks like a reference and is none is told, and stays text", async () => {
  await using server = answers(4);
  await using workspace = await Workspace.create({ "src/a.ts": "A" });
  const options = { env: anthropicAt(server) };
  const prompt = "/relase (@src/a.ts:1) and @src/b.ts for ada@example.org";
  const noWorkflow =
    /`\/relase` names no workflow or skill that you can invoke, see `pod workflows` and `pod skills`/;
  const noFile = /`@src\/b\.ts` names no file or directory, as seen from where the pod works/;
  const warns = async (args: string[], extra = {}) => {
    const { code, stderr } = await workspace.run(args, { ...options, ...extra });
    equal(code, 0, stderr);
    match(stderr, noWorkflow);
    match(stderr, noFile);
    equal(stderr.match(/stays plain text/g)?.length, 2);
  };
  await warns(["run", prompt]);
  deepEqual(told(server), [prompt, "[File: src/a.ts]\nA"]);
  await warns(["run", "-o", "json", prompt]);
  await using _pod = await ServingPod.start(workspace, "live", [], options);
  await warns(["send", "live", prompt]);
  await warns(["attach", "live"], { stdin: `${prompt}\n` });
});

Deno.test("30.14-15 a file, then knowledge: in the log behind the input, in the request behind the message", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    "pod.toml": '[memory]\n[[scope.allow]]\ntarget = "."\npermission = "write"\n',
    ".pod/knowledge/know.md": document({ description: "d" }, "Known.\n"),
    "a.txt": "A",
  });
  const run = ["run", "--manifest", "pod.toml", "#know @a.txt"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  const shown = ["[File: a.txt]\nA", "[Knowledge #know]\nKnown."];
  deepEqual(told(server), ["#know @a.txt", ...shown]);
  const entries = await workspace.entries();
  const input = entries.findIndex(({ kind }) => kind === "user_input");
  const items = entries.slice(input + 1, input + 3) as { item: { kind: string; body: string } }[];
  deepEqual(items.map(({ item: { kind, body } }) => [kind, body]), [
    ["file_attachment", shown[0]],
    ["knowledge", shown[1]],
  ]);
});

Deno.test("40.2.5 with a memory #slug shows knowledge, in pod run and pod send; without one it is text", async () => {
  await using server = answers(3);
  await using workspace = await Workspace.create({
    "pod.toml": '[memory]\n[[scope.allow]]\ntarget = "."\npermission = "write"\n',
    ".pod/knowledge/style.md": document({ description: "d" }, "Tabs, not spaces.\n"),
  });
  const options = { env: anthropicAt(server) };
  const prompt = "in #style, fix #123";
  const shown = "[Knowledge #style]\nTabs, not spaces.";
  const manifest = ["--manifest", "pod.toml"];
  await workspace.run(["run", ...manifest, prompt], options);
  deepEqual(told(server), [prompt, shown]);
  await workspace.run(["run", prompt], options);
  deepEqual(told(server), [prompt]);
  await using _pod = await ServingPod.start(workspace, "live", manifest, options);
  const { code, stderr } = await workspace.run(["send", "live", "--wait", prompt]);
  equal(code, 0, stderr);
  deepEqual(told(server), [prompt, shown]);
});
