import { deepEqual, equal, match } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, type ModelServer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { eventsOf, reportOf } from "../support/run_output.ts";
import { readAnthropic } from "../support/wire_rules.ts";

const OVERLOADED: Answer = {
  status: 529,
  errorBody: { type: "error", error: { type: "overloaded_error", message: "busy" } },
  headers: { "retry-after": "0" },
};
const SCOPE = '[[scope.allow]]\ntarget = "."\npermission = "write"\n';

/** The environment in which `server` is Anthropic and `other` OpenAI. */
function bothAt(server: ModelServer, other: ModelServer): Record<string, string> {
  return { ...anthropicAt(server), OPENAI_API_KEY: "key-2", OPENAI_BASE_URL: `${other.url}/v1` };
}

/** A workspace with a manifest. */
async function withManifest(model: string): Promise<Workspace> {
  return await Workspace.create({ "notes.txt": "hello\n", "pod.toml": `${model}\n${SCOPE}` });
}

Deno.test("fallback: a provider that stays down is followed by the next, and the next run begins with it again", async () => {
  const usage = { input: 1000, output: 100 };
  await using first = startModelServer([
    OVERLOADED,
    OVERLOADED,
    { text: "I am back.", usage },
  ]);
  await using second = startModelServer([
    { toolCalls: [{ name: "Read", input: { file_path: "notes.txt" } }], usage },
    { text: "It says hello.", usage },
  ]);
  await using workspace = await withManifest(`
    [model]
    ref = "anthropic/claude-sonnet-4-6"
    fallback = ["openai/gpt-5.5"]
    retry = { max_attempts = 2 }`);
  const run = (output: string) =>
    workspace.run(["run", "--name", "p", "--manifest", "pod.toml", "-o", output, "Go"], {
      env: bothAt(first, second),
    });

  const report = reportOf(await run("json"));
  deepEqual([report.result, report.text], ["finished", "It says hello."]);
  equal(report.model, "gpt-5.5");
  // 2 × (1000 × $5 + 100 × $30) per million.
  equal(report.cost_usd, 0.016);
  deepEqual([first.requests.length, second.requests.length], [2, 2]);

  const again = await run("stream-json");
  const ends = eventsOf(again).filter(({ event }) => event === "turn_end");
  deepEqual(ends.map(({ data }) => data?.model), [undefined]);
  deepEqual([first.requests.length, second.requests.length], [3, 2]);
  equal(second.requests[0]?.headers.authorization, "Bearer key-2");
});

Deno.test("fallback: people are told, with both names", async () => {
  await using first = startModelServer([OVERLOADED]);
  await using second = startModelServer([{ text: "Hi" }]);
  await using workspace = await withManifest(`
    [model]
    ref = "anthropic/claude-sonnet-4-6"
    fallback = ["openai/gpt-5.5"]
    retry = { max_attempts = 1 }`);
  const { code, stderr } = await workspace.run(["run", "--manifest", "pod.toml", "Go"], {
    env: bothAt(first, second),
  });
  equal(code, 0);
  match(
    stderr,
    /^! anthropic\/claude-sonnet-4-6 stays down: .*busy; going on with openai\/gpt-5\.5$/m,
  );
});

Deno.test("fallback: one that cannot be used is an error at the start, which names it", async () => {
  await using server = startModelServer([]);
  await using workspace = await withManifest(`
    [model]
    ref = "anthropic/claude-sonnet-4-6"
    fallback = ["demo/tour", "openai/gpt-5.5"]`);
  const run = ["run", "--manifest", "pod.toml", "Go"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 2);
  match(
    stderr,
    /^pod: error: model\.fallback `openai\/gpt-5\.5`: API key not provided.*OPENAI_API_KEY/,
  );
  equal(server.requests.length, 0);
});

Deno.test("20.12-W36 retry and time limits are the manifest's, also with another model by flag", async () => {
  await using server = startModelServer([
    { delayMs: Infinity },
    { text: ["half", "way"], stallAfterEvents: 4 },
    OVERLOADED,
    { text: "At last." },
  ]);
  await using workspace = await withManifest(`
    [model]
    ref = "demo/tour"
    [model.retry]
    max_attempts = 2
    base_ms = 0
    max_continuations = 1
    [model.timeouts]
    open_ms = 300
    idle_ms = 300`);
  const run = ["run", "--manifest", "pod.toml", "-o", "stream-json", "Go"];
  const model = ["--model", "anthropic/claude-sonnet-4-6"];
  const finished = await workspace.run([...run, ...model], { env: anthropicAt(server) });
  equal(finished.code, 0);
  const told = eventsOf(finished).flatMap(({ event, data }) => {
    if (event === "llm_retry") return [[data?.max_attempts, data?.error]];
    return event === "llm_continuation" ? [[data?.max_attempts, data?.reason]] : [];
  });
  deepEqual(told, [
    [2, "stream_open timed out after 0.3s"],
    [1, "stream_idle timed out after 0.3s"],
    [2, "API error (status: 529) [overloaded_error]: busy"],
  ]);
});

Deno.test("20.13-25 a conversation with a broken answer goes on after a restart, in requests that the API takes", async () => {
  // Until the text is whole, and the call after it is not.
  const broken: Answer = {
    thinking: "hm",
    signature: "SIG1",
    text: "I look.",
    toolCalls: [{ name: "Read", input: { file_path: "notes.txt" } }],
    cutAfterEvents: 10,
    stallAfterEvents: 10,
    stallMs: 100,
  };
  await using server = startModelServer([broken, { text: "It says hello." }, { text: "Bye." }]);
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const run = (text: string) =>
    workspace.run(["run", "--name", "p", "-o", "json", text], { env: anthropicAt(server) });
  const first = reportOf(await run("Go"));
  deepEqual([first.result, first.text], ["finished", "I look.It says hello."]);
  equal(reportOf(await run("And now?")).text, "Bye.");
  const sent = server.requests.map(readAnthropic);
  const kinds = sent.map(({ items }) =>
    items.map((item) => item.kind === "text" ? item.role : item.kind)
  );
  const whole = ["user", "thinking", "assistant", "user"];
  deepEqual(kinds, [["user"], whole, [...whole, "assistant", "user"]]);
});

Deno.test("a run costs what its tokens cost, cached ones at their own price", async () => {
  const usage = { input: 100, cacheRead: 800, cacheWrite: 200, output: 50 };
  await using server = startModelServer([{ text: "Hi", usage }, { text: "Hi", usage }]);
  await using workspace = await Workspace.create();
  const run = async (model: string) =>
    reportOf(
      await workspace.run(["run", "-o", "json", "--model", model, "Hi"], {
        env: anthropicAt(server),
      }),
    );
  const sonnet = await run("anthropic/claude-sonnet-4-6");
  deepEqual([sonnet.cost_usd, sonnet.model], [0.00204, "claude-sonnet-4-6"]);
  equal((await run("anthropic/claude-unheard-of")).cost_usd, null);
});

Deno.test("20.12-W30 a thinking budget that does not fit is refused before anything is written", async () => {
  await using server = startModelServer([]);
  await using workspace = await Workspace.create({
    "pod.toml": `[worker]\nmax_tokens = 2000\nreasoning = 4096\n${SCOPE}`,
  });
  const run = ["run", "--manifest", "pod.toml", "Go"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 2);
  match(stderr, /^pod: error: Config error: the reasoning budget of 4096 tokens .*\(2000\)/);
  deepEqual([...Deno.readDirSync(workspace.root)].map(({ name }) => name), ["work"]);
});
