import { deepEqual, equal, ok } from "../support/assert.ts";
import { authText } from "../support/codex_home.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { readAnthropic, readResponses } from "../support/wire_rules.ts";

/** What only the provider can read; it must come back byte for byte. */
const SEALED = ["one", "two"].map((seed) => btoa(`${seed}\xff\xfe/+`.repeat(30)));

const WIRES = [
  {
    name: "Anthropic Messages",
    model: 'ref = "anthropic/claude-sonnet-4-6"',
    reasoning: "2048",
    read: readAnthropic,
  },
  {
    name: "OpenAI Responses",
    model: 'ref = "openai/gpt-5.5"',
    reasoning: '"medium"',
    read: readResponses,
  },
  {
    name: "OpenAI Responses with the login of ChatGPT",
    model: 'ref = "codex-oauth/gpt-5.5"',
    reasoning: '"medium"',
    read: readResponses,
  },
];

for (const { name, model, reasoning, read } of WIRES) {
  Deno.test(`20.13-32 20.12-W37 what the model thought goes back unchanged after a restart: ${name}`, async () => {
    await using server = startModelServer([
      {
        thinking: ["Look ", "at it."],
        signature: SEALED[0],
        text: "I look.",
        toolCalls: [{ id: "read_1", name: "Read", input: { file_path: "a.txt" } }],
      },
      { thinking: "So that is it.", signature: SEALED[1], text: "It says hello." },
      { text: "Still hello." },
    ]);
    await using workspace = await Workspace.create({ "a.txt": "hello\n" });
    await workspace.write(
      "../pod.toml",
      `[model]\n${model}\nbase_url = "${server.url}"\n[worker]\nreasoning = ${reasoning}\n`,
    );
    const auth = authText();
    const authPath = await workspace.write("../codex/auth.json", auth);
    const env = {
      ANTHROPIC_API_KEY: "key-1",
      OPENAI_API_KEY: "key-1",
      CODEX_HOME: authPath.replace(/\/auth\.json$/, ""),
    };
    const named = ["run", "--name", "thinker"];
    const flags = ["--manifest", "../pod.toml", "--allow-write", "."];
    const first = await workspace.run([...named, ...flags, "Go"], { env });
    equal(first.code, 0, first.stderr);
    const second = await workspace.run([...named, "And now?"], { env });
    equal(second.code, 0, second.stderr);

    const [, before, after] = server.requests.map(read);
    ok(before !== undefined && after !== undefined);
    deepEqual(after.messages.slice(0, before.messages.length), before.messages);
    deepEqual(
      after.items.flatMap((item) => item.kind === "thinking" ? [item.signature] : []),
      SEALED,
    );
    equal(new Set(server.requests.map(({ body }) => body.prompt_cache_key)).size, 1);
    equal(await Deno.readTextFile(authPath), auth);
  });
}
