import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { processesWith } from "../support/marked_processes.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { eventsOf } from "../support/run_output.ts";

const SECRET = "sk-test-0123456789abcdef";
const KEYS = Object.fromEntries(
  ["ANTHROPIC", "OPENAI", "GEMINI", "OPENROUTER"].flatMap((vendor) => [
    [`POD_API_KEY_${vendor}`, SECRET],
    [`${vendor}_API_KEY`, SECRET],
  ]),
);

/** The files below a directory that hold `text`. */
async function filesWith(text: string, directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) found.push(...await filesWith(text, path));
    else if (isFile && (await Deno.readTextFile(path)).includes(text)) found.push(path);
  }
  return found;
}

Deno.test("keys go to the provider and nowhere else", async () => {
  const command = 'env; tr "\\0" "\\n" </proc/$$/environ; [ -n "$HOME" ]';
  await using server = startModelServer([
    { toolCalls: [{ name: "Bash", input: { command } }] },
    { text: "I see no key." },
  ]);
  await using workspace = await Workspace.create();
  const env = { ...anthropicAt(server), ...KEYS, POD_API_KEY_OTHER: SECRET, KEPT: "visible" };
  const { code, stdout, stderr } = await workspace.run(["run", "-o", "stream-json", "Go"], { env });
  equal(code, 0);
  deepEqual(server.requests.map(({ headers }) => headers["x-api-key"]), [SECRET, SECRET]);
  for (const { body } of server.requests) ok(!JSON.stringify(body).includes(SECRET));
  match(stdout, /KEPT=visible/);
  ok(!stdout.includes(SECRET));
  ok(!stderr.includes(SECRET));
  deepEqual(await filesWith(SECRET, workspace.root), []);
});

Deno.test("keys in variables that a manifest or the catalog names stay from commands too", async () => {
  await using server = startModelServer([
    { toolCalls: [{ name: "Bash", input: { command: "env" } }] },
    { text: "I see no key." },
  ]);
  await using workspace = await Workspace.create();
  await workspace.write(
    "pod.toml",
    [
      `[model]\nscheme = "anthropic"\nmodel_id = "own"\nbase_url = "${server.url}"`,
      'auth = { kind = "api_key", env = "OUR_ENTRY" }',
      '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
    ].join("\n"),
  );
  await Deno.mkdir(`${workspace.home}/config`, { recursive: true });
  await Deno.writeTextFile(
    `${workspace.home}/config/providers.toml`,
    '[[provider]]\nid = "lab"\ndisplay_name = "Lab"\nscheme = "anthropic"\n' +
      'auth_hint = { kind = "api_key", env = "LAB_ENTRY" }\n',
  );
  const { code, stdout } = await workspace.run(
    ["run", "-o", "stream-json", "--manifest", "pod.toml", "Go"],
    { env: { OUR_ENTRY: SECRET, LAB_ENTRY: SECRET, KEPT: "visible" } },
  );
  equal(code, 0);
  equal(server.requests[0]?.headers["x-api-key"], SECRET);
  match(stdout, /KEPT=visible/);
  ok(!stdout.includes(SECRET));
});

Deno.test("keys are in nobody's command line", async () => {
  await using server = startModelServer([{ delayMs: Infinity }]);
  await using workspace = await Workspace.create();
  await using process = workspace.spawn(["run", "Go"], {
    env: { ...anthropicAt(server), ...KEYS },
  });
  await process.before(server.request(0));
  const commands = processesWith(workspace.root);
  ok(commands.length > 0);
  ok(!commands.join("\n").includes(SECRET));
});

/** What a server may say of the key that it got, in the order of one run: it goes on until the last. */
const ECHOES: readonly Answer[] = [
  { status: 500, errorBody: { error: { type: SECRET, message: `bad ${SECRET}!` } } },
  { status: 503, errorBody: `<html>Authorization: Bearer ${SECRET}</html>` },
  { text: "Hi", inStreamError: { type: "overloaded_error", message: `${SECRET} is busy` } },
  { text: "Hi", inStreamError: { type: SECRET, message: `no more for ${SECRET}` } },
].map((answer) => ({ ...answer, headers: { "retry-after": "0" } }));

const VENDORS = {
  anthropic: (url: string) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: SECRET }),
  openai: (url: string) => ({ OPENAI_BASE_URL: url, OPENAI_API_KEY: SECRET }),
};

for (const [vendor, envAt] of Object.entries(VENDORS)) {
  Deno.test(`20.10.4 ${vendor}: however a provider repeats the key, nobody gets to see it`, async () => {
    await using server = startModelServer(ECHOES);
    await using workspace = await Workspace.create();
    const run = ["run", "-o", "stream-json", "Go"];
    const finished = await workspace.run(run, { env: envAt(server.url) });
    equal(finished.code, 1);
    const told = eventsOf(finished).flatMap(({ event, data }) =>
      /^(llm_retry|llm_continuation|error)$/.test(event) ? [JSON.stringify(data)] : []
    );
    equal(told.length, 4);
    for (const text of told) match(text, /\[key\]/);
    ok(!`${finished.stdout}${finished.stderr}`.includes(SECRET));
    deepEqual(await filesWith(SECRET, workspace.root), []);
  });
}

Deno.test("20.10.4 nor in the alert of a fallback, in text, or when models are checked", async () => {
  const [refusal = {}] = ECHOES;
  await using server = startModelServer(() => refusal);
  await using workspace = await Workspace.create();
  const keyFile = `${workspace.root}/key.txt`;
  await Deno.writeTextFile(keyFile, `${SECRET}\n`);
  await workspace.write(
    "pod.toml",
    [
      '[model]\nref = "anthropic/claude-sonnet-4-6"\nfallback = ["openai/gpt-5.5"]',
      `auth = { kind = "api_key", file = "${keyFile}" }\nretry = { max_attempts = 1 }`,
      '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
    ].join("\n"),
  );
  const { ANTHROPIC_API_KEY: _, ...env } = {
    ...VENDORS.anthropic(server.url),
    ...VENDORS.openai(server.url),
  };
  const run = await workspace.run(["run", "--manifest", "pod.toml", "Go"], { env });
  match(run.stderr, /claude-sonnet-4-6 stays down: .*\[key\].*; going on with openai\/gpt-5\.5/);
  const check = await workspace.run(["models", "--check"], { env });
  match(check.stdout, /openai\/gpt-5\.5 +failed .*\[key\]/);
  deepEqual([run.code, check.code], [1, 1]);
  ok(![run, check].some(({ stdout, stderr }) => `${stdout}${stderr}`.includes(SECRET)));
  deepEqual(await filesWith(SECRET, workspace.root), [keyFile]);
});

Deno.test("20.4.5 20.10.4 the trace of the calls is beside the log when it is asked for, without the key", async () => {
  for (const isTraced of [true, false]) {
    await using server = startModelServer([...ECHOES.slice(0, 2), { text: "Hi" }]);
    await using workspace = await Workspace.create();
    await workspace.write("pod.toml", `[session]\nrecord_event_trace = ${isTraced}\n`);
    const run = ["run", "--manifest", "pod.toml", "--allow-write", ".", "Go"];
    const { code, stderr } = await workspace.run(run, { env: VENDORS.anthropic(server.url) });
    equal(code, 0, stderr);
    const files = await filesWith("", `${workspace.home}/sessions`);
    const [log, trace, ...others] = files.toSorted();
    deepEqual(others, []);
    deepEqual(await filesWith(SECRET, workspace.root), []);
    if (!isTraced) {
      equal(trace, undefined);
      continue;
    }
    equal(trace, log?.replace(/\.jsonl$/, ".trace.jsonl"));
    const lines = (await Deno.readTextFile(`${trace}`)).trim().split("\n")
      .map((line) => JSON.parse(line));
    deepEqual(Object.keys(lines[0]), ["ts", "turn", "llm_call", "kind", "label", "data"]);
    deepEqual([lines[0].turn, lines[0].llm_call], [0, 0]);
    // Each attempt is there: two that failed, and the good one.
    deepEqual(
      lines.flatMap(({ label, data }) => label === "stream_open_error" ? [data.status] : []),
      [500, 503],
    );
    deepEqual(
      lines.flatMap(({ event }) => event?.BlockDelta ? [event.BlockDelta.delta] : []),
      [{ Text: "Hi" }],
    );
  }
});

Deno.test("20.10.4 nor around a pod that stays", async () => {
  await using server = startModelServer(ECHOES);
  await using workspace = await Workspace.create();
  const env = VENDORS.anthropic(server.url);
  equal((await workspace.run(["start", "p"], { env })).code, 0);
  const commands = processesWith(workspace.root);
  ok(commands.some((command) => command.includes("serve")));
  ok(!commands.join("\n").includes(SECRET));
  // The key is the pod's own: who talks to it needs none.
  const sent = await workspace.run(["send", "p", "Go", "--wait"]);
  match(sent.stderr, /\[key\]/);
  ok(!`${sent.stdout}${sent.stderr}`.includes(SECRET));
  deepEqual(await filesWith(SECRET, workspace.home), []);
  equal((await workspace.run(["stop", "p"])).code, 0);
});
