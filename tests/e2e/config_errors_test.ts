import { deepEqual, equal, match } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { UNPRIVILEGED } from "../support/start_through.ts";

/** Arguments of `pod` that cannot work; `{…}` stands for the throw-away directory. */
const CASES: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
  ["an unknown command", ["rum"], /unknown command 'rum'[^]*run/],
  ["an unknown flag", ["run", "--modle", "x", "Hi"], /unknown option '--modle'[^]*--model/],
  ["a flag without its value", ["run", "--model"], /--model <ref>' argument missing/],
  ["an empty prompt", ["run", "  "], /the prompt is empty/],
  ["standard input twice", ["run", "-", "-"], /`-` .* only once/],
  ["no turns", ["run", "--max-turns", "0", "Hi"], /--max-turns.*whole number/],
  ["half a turn", ["run", "--max-turns", "1.5", "Hi"], /--max-turns.*whole number/],
  ["a timeout that is none", ["run", "--timeout", "soon", "Hi"], /--timeout.*`soon`.*90s/],
  ["a timeout of nothing", ["run", "--timeout", "0s", "Hi"], /--timeout.*`0s`/],
  ["a timeout that no timer takes", ["run", "--timeout", "1000h", "Hi"], /`1000h` is too long/],
  ["an unknown format", ["run", "--output", "yaml", "Hi"], /--output.*text, json, stream-json/],
  ["an unknown provider", ["run", "--model", "nobody/x", "Hi"], /unknown provider `nobody`/],
  ["a model without provider", ["run", "--model", "opus", "Hi"], /`opus`.*<provider>\/<model_id>/],
  ["no key for the model", ["run", "--model", "openai/gpt-5.5", "Hi"], /OPENAI_API_KEY/],
  ["no login to ChatGPT", ["run", "--model", "codex-oauth/gpt-5.5", "Hi"], /run `codex login`/i],
  ["no such demo", ["run", "--model", "demo/x", "Hi"], /demo\/x.*demo\/tour/],
  ["no such scenario", ["run", "--model", "scripted/no.toml", "Hi"], /scenario no\.toml/],
  [
    "no manifest there",
    ["run", "--manifest", "no.toml", "Hi"],
    /failed to read manifest.*no\.toml/,
  ],
  ["a bad manifest", ["run", "--manifest", "bad.toml", "Hi"], /bad\.toml/],
  ["a wrong manifest", ["run", "--manifest", "wrong.toml", "Hi"], /wrong\.toml.*max_turns/],
  [
    "a schema that is no JSON",
    ["run", "--output-schema", "bad.toml", "Hi"],
    /bad\.toml.*not valid JSON/,
  ],
  ["a schema that is none", ["run", "--output-schema", "schema.json", "Hi"], /schema\.json.*type/],
  [
    "no schema there",
    ["run", "--output-schema", "no.json", "Hi"],
    /cannot read --output-schema no\.json/,
  ],
  [
    "no instructions there",
    ["run", "--system-prompt-file", "no.md", "Hi"],
    /cannot read --system-prompt-file no\.md/,
  ],
  [
    "instructions that are no text",
    ["run", "--system-prompt-file", "/bin/sh", "Hi"],
    /cannot read --system-prompt-file \/bin\/sh: it is not UTF-8/,
  ],
  ["no such directory", ["run", "--cwd", "no/where", "Hi"], /failed to resolve pwd no\/where/],
  ["a file as directory", ["run", "--cwd", "bad.toml", "Hi"], /pwd bad\.toml.*no directory/],
  [
    "a directory out of scope",
    ["run", "--allow-read", "sub", "Hi"],
    /pwd is not readable.*--allow-read/,
  ],
  ["a denied directory", ["run", "--deny", ".", "Hi"], /pwd is not readable/],
  ["a name with a slash", ["run", "--name", "a/b", "Hi"], /invalid pod name: a\/b/],
  ["a name that is a path", ["run", "--name", "..", "Hi"], /invalid pod name: \.\./],
  ["an empty name", ["run", "--name", "", "Hi"], /invalid pod name/],
];

for (const [what, args, says] of CASES) {
  Deno.test(`exit code 2 for ${what}`, async () => {
    await using workspace = await Workspace.create({
      "bad.toml": "[model\n",
      "wrong.toml": '[worker]\nmax_turns = "many"\n',
      "schema.json": '{"type":"nothing"}',
      "sub/file": "",
    });
    // A model that would work, so that nothing else is wrong.
    const model = await workspace.scenario({ text: "I should not have been asked." });
    const { code, stdout, stderr } = await workspace.run(args, { env: { POD_MODEL: model } });
    match(stderr, says);
    deepEqual([code, stdout], [2, ""]);
    deepEqual(await filesIn(workspace.home), [], "something was written");
  });
}

Deno.test("exit code 2 without any key: the message names the ways out", async () => {
  await using workspace = await Workspace.create();
  const { code, stderr } = await workspace.run(["run", "Hi"]);
  equal(code, 2);
  for (
    const way of ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"]
  ) {
    match(stderr, new RegExp(way));
  }
  match(stderr, /--model demo\/tour/);
});

Deno.test("exit code 2 for files that may not be read", async () => {
  await using workspace = await Workspace.create();
  const path = await workspace.write("secret.md", "You are a test.");
  await Deno.chmod(path, 0o000);
  const model = await workspace.scenario({ text: "Hi" });
  for (const flag of ["--system-prompt-file", "--output-schema", "--manifest"]) {
    const run = ["run", "--model", model, flag, "secret.md", "Hi"];
    const { code, stderr } = await workspace.run(run, { through: UNPRIVILEGED });
    match(stderr, /secret\.md.*(Permission|denied)/i);
    equal(code, 2);
  }
});

async function filesIn(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
