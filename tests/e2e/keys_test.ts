import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { processesWith } from "../support/marked_processes.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";

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
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) found.push(...await filesWith(text, path));
    else if ((await Deno.readTextFile(path)).includes(text)) found.push(path);
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

Deno.test("a provider that repeats the key in its error does not give it away", async () => {
  await using server = startModelServer([{
    status: 401,
    errorBody: { type: "error", error: { type: "authentication_error", message: `no: ${SECRET}` } },
  }]);
  await using workspace = await Workspace.create();
  const env = { ...anthropicAt(server), ...KEYS };
  const { code, stdout, stderr } = await workspace.run(["run", "-o", "stream-json", "Go"], { env });
  equal(code, 1);
  ok(!stdout.includes(SECRET));
  ok(!stderr.includes(SECRET));
  deepEqual(await filesWith(SECRET, workspace.root), []);
});
