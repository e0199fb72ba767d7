import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { authText } from "../support/codex_home.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";

Deno.test("pod models shows windows and which models have a key", async () => {
  await using workspace = await Workspace.create();
  const env = { OPENAI_API_KEY: "key-1" };
  const { code, stdout, stderr } = await workspace.run(["models"], { env });
  deepEqual([code, stderr], [0, ""]);
  match(stdout, /^MODEL +WINDOW +MAX ANSWER +\$\/M IN, OUT +KEY\n/);
  match(stdout, /^anthropic\/claude-sonnet-4-6 +\d+ +\S+ +3, 15 +ANTHROPIC_API_KEY$/m);
  match(stdout, /^openai\/gpt-5\.5 +\d+ +\S+ +5, 30 +ready$/m);
  match(stdout, /^codex-oauth\/gpt-5\.5 +272000 +- +- +codex login$/m);
  match(stdout, /^demo\/tour +\d+ +- +- +ready$/m);
  match(stdout, /^lm-studio\/MODEL +\d+ +- +- +ready$/m);
});

Deno.test("pod models knows a login of the Codex CLI", async () => {
  await using workspace = await Workspace.create();
  const path = await workspace.write("../codex/auth.json", authText());
  const env = { CODEX_HOME: path.slice(0, path.lastIndexOf("/")) };
  const { stdout } = await workspace.run(["models"], { env });
  match(stdout, /^codex-oauth\/gpt-5\.5 +\d+ +\S+ +\S+ +ready$/m);
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
  const rows: { ref: string; context_window: number; capability: object }[] = JSON.parse(stdout);
  const windowOf = (ref: string) => rows.find((row) => row.ref === ref)?.context_window;
  equal(windowOf("anthropic/claude-sonnet-4-6"), 12345);
  equal(windowOf("ollama-local/own"), 777);
  deepEqual(rows.find(({ ref }) => ref === "ollama-local/own"), {
    ref: "ollama-local/own",
    scheme: "anthropic",
    context_window: 777,
    max_output_tokens: null,
    capability: rows.find(({ ref }) => ref === "ollama-local/llama3.1")?.capability,
    price: null,
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

Deno.test("pod models --check asks every model that a start could choose, once, for a word", async () => {
  const refused = { status: 401, errorBody: { error: { message: "no\nsuch key key-2" } } };
  await using good = startModelServer([{ text: "ok" }]);
  await using bad = startModelServer([refused]);
  await using workspace = await Workspace.create();
  const env = {
    ...anthropicAt(good),
    OPENAI_API_KEY: "key-2",
    OPENAI_BASE_URL: bad.url,
  };
  const { code, stdout, stderr } = await workspace.run(["models", "--check"], { env });
  deepEqual([code, stderr], [1, ""]);
  match(stdout, /^MODEL +CHECK +FIRST EVENT +WHOLE +WHAT IT CAN DO\n/);
  match(
    stdout,
    /^anthropic\/claude-sonnet-4-6 +ok +\d+ ms +\d+ ms +1000000 tokens, tools parallel, .*vision, reasoning by effort or budget, caching explicit$/m,
  );
  match(stdout, /^openai\/gpt-5\.5 +failed +- +- +API error \(status: 401\): no$/m);
  deepEqual([good.requests.length, bad.requests.length], [1, 1]);
  const [request] = good.requests;
  deepEqual([request?.body.max_tokens, request?.body.tools], [64, undefined]);
  ok(!stdout.includes("key-"));
  equal([...Deno.readDirSync(workspace.root)].length, 1, "nothing is written");
});

Deno.test("pod models --check shows what is known while it waits for others, and ends at once on Ctrl-C", async () => {
  await using good = startModelServer([{ text: "ok" }]);
  await using slow = startModelServer([{ delayMs: Infinity }]);
  await using workspace = await Workspace.create();
  const env = { ...anthropicAt(good), OPENAI_API_KEY: "key-2", OPENAI_BASE_URL: slow.url };
  await using process = workspace.spawn(["models", "--check"], { env });
  await process.printed(/^anthropic\/claude-sonnet-4-6 +ok .*\n/m);
  await process.before(slow.request(0));
  process.kill("SIGINT");
  const { signal, stdout, stderr } = await process.finished;
  deepEqual([signal, stderr], ["SIGINT", ""]);
  deepEqual(stdout.split("\n").map((line) => line.split(" ")[0]), [
    "MODEL",
    "anthropic/claude-sonnet-4-6",
    "",
  ]);
});

Deno.test("pod models --check of servers that are none: each failure says what is the matter", async () => {
  await using server = startModelServer(({ body }) =>
    ({
      page: { frames: ["<html>Welcome"], headers: { "content-type": "text/html" } },
      noise: { frames: ["\0\x01{{{\n\n"] },
      half: { text: ["one", "two"], cutAfterEvents: 3 },
      gone: { status: 404, errorBody: { error: { type: "not_found", message: "no such model" } } },
    })[`${body.model}`] ?? { status: 500 }
  );
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const deadUrl = `http://joe:secret@127.0.0.1:${listener.addr.port}`;
  listener.close();
  await using workspace = await Workspace.create();
  const provider = (id: string, url: string) =>
    `[[provider]]\nid = "${id}"\ndisplay_name = "x"\nscheme = "openai_chat"\n` +
    `base_url = "${url}"\nauth_hint = { kind = "none" }\n`;
  await Deno.mkdir(`${workspace.home}/config`, { recursive: true });
  await Deno.writeTextFile(
    `${workspace.home}/config/providers.toml`,
    provider("lab", server.url) + provider("dead", deadUrl) +
      provider("odd", "ftp://joe:secret@host"),
  );
  const refs = ["lab/page", "lab/noise", "lab/half", "lab/gone", "dead/x", "odd/x"];
  const { code, stdout, stderr } = await workspace.run(["models", "--check", "--json", ...refs]);
  const checks: { ref: string; error: string }[] = JSON.parse(stdout);
  deepEqual([code, stderr, checks.map(({ ref }) => ref)], [1, "", refs]);
  const [page = "", noise = "", half = "", gone = "", dead = "", odd = ""] = checks.map((
    { error },
  ) => error);
  equal(page, "API error (status: 200): <html>Welcome");
  equal(noise, "SSE parse error: the stream ended before the answer did");
  match(half, /^SSE parse error: .*connection/);
  equal(gone, "API error (status: 404) [not_found]: no such model");
  match(dead, /^HTTP error: .*Connection refused/);
  match(odd, /^Config error: base_url `ftp:\/\/\[login\]@host`: it must begin with http/);
  ok(!stdout.includes("secret"));
});

Deno.test("pod models --check REF --json: what can be known is there, also of one that fails", async () => {
  await using workspace = await Workspace.create();
  const refs = ["demo/tour", "openai/gpt-5", "nobody/x"];
  const { code, stdout } = await workspace.run(["models", "--check", "--json", ...refs]);
  equal(code, 1);
  const checks: Record<string, unknown>[] = JSON.parse(stdout);
  deepEqual(checks.map((check) => [check.ref, check.ok, typeof check.total_ms]), [
    ["demo/tour", true, "number"],
    ["openai/gpt-5", false, "object"],
    ["nobody/x", false, "object"],
  ]);
  deepEqual(Object.keys(checks[0] ?? {}), [
    "ref",
    "ok",
    "first_event_ms",
    "total_ms",
    "capability",
    "context_window",
    "error",
  ]);
  match(String(checks[1]?.error), /OPENAI_API_KEY/);
  equal(checks[1]?.context_window, 400_000);
  match(String(checks[2]?.error), /unknown provider `nobody`/);
});

Deno.test("pod models --check without a model to choose says what to set", async () => {
  await using workspace = await Workspace.create();
  const { code, stdout, stderr } = await workspace.run(["models", "--check"]);
  deepEqual([code, stdout], [2, ""]);
  match(stderr, /no model chosen and no API key found/);
});

Deno.test("pod models REF lists that one alone", async () => {
  await using workspace = await Workspace.create();
  const { stdout } = await workspace.run(["models", "vllm/qwen3", "--json"]);
  const rows: { ref: string; context_window: number }[] = JSON.parse(stdout);
  deepEqual(rows.map(({ ref, context_window }) => [ref, context_window]), [["vllm/qwen3", 32_768]]);
});
