import { deepEqual, equal, match } from "../support/assert.ts";
import { authText } from "../support/codex_home.ts";
import { Workspace } from "../support/pod_process.ts";

Deno.test("pod models shows windows and which models have a key", async () => {
  await using workspace = await Workspace.create();
  const env = { OPENAI_API_KEY: "key-1" };
  const { code, stdout, stderr } = await workspace.run(["models"], { env });
  deepEqual([code, stderr], [0, ""]);
  match(stdout, /^MODEL +WINDOW +MAX ANSWER +KEY\n/);
  match(stdout, /^anthropic\/claude-sonnet-4-6 +\d+ +\S+ +ANTHROPIC_API_KEY$/m);
  match(stdout, /^openai\/gpt-5\.5 +\d+ +\S+ +ready$/m);
  match(stdout, /^codex-oauth\/gpt-5\.5 +272000 +\S+ +codex login$/m);
  match(stdout, /^demo\/tour +\d+ +\S+ +ready$/m);
});

Deno.test("pod models knows a login of the Codex CLI", async () => {
  await using workspace = await Workspace.create();
  const path = await workspace.write("../codex/auth.json", authText());
  const env = { CODEX_HOME: path.slice(0, path.lastIndexOf("/")) };
  const { stdout } = await workspace.run(["models"], { env });
  match(stdout, /^codex-oauth\/gpt-5\.5 +\d+ +\S+ +ready$/m);
});

Deno.test("pod models --json: overrides in the config directory count", async () => {
  await using workspace = await Workspace.create();
  const config = `${workspace.home}/config`;
  await Deno.mkdir(config, { recursive: true });
  await Deno.writeTextFile(
    `${config}/models.toml`,
    '[[model]]\nid = "claude-sonnet-4-6"\nprovider = "anthropic"\ncontext_window = 12345\n' +
      '[[model]]\nid = "own"\nprovider = "ollama-local"\ncontext_window = 777\n',
  );
  const { stdout } = await workspace.run(["models", "--json"]);
  const rows: { ref: string; context_window: number }[] = JSON.parse(stdout);
  const windowOf = (ref: string) => rows.find((row) => row.ref === ref)?.context_window;
  equal(windowOf("anthropic/claude-sonnet-4-6"), 12345);
  equal(windowOf("ollama-local/own"), 777);
  deepEqual(rows.find(({ ref }) => ref === "ollama-local/own"), {
    ref: "ollama-local/own",
    scheme: "anthropic",
    context_window: 777,
    max_output_tokens: null,
    key_variables: [],
    needs_login: false,
    ready: true,
  });
});

Deno.test("a broken override file is an error that names it, in pod models and pod run", async () => {
  await using workspace = await Workspace.create();
  const config = `${workspace.home}/config`;
  await Deno.mkdir(config, { recursive: true });
  await Deno.writeTextFile(`${config}/providers.toml`, "[[provider]\n");
  for (const args of [["models"], ["run", "--model", "demo/tour", "Hi"]]) {
    const { code, stdout, stderr } = await workspace.run(args);
    match(stderr, /^pod: error: .*providers\.toml/);
    deepEqual([code, stdout], [2, ""]);
  }
});
