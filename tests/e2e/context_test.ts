import { deepEqual, equal, match } from "../support/assert.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { ask, Site } from "./site.ts";

Deno.test("pod context tells what a pod's context is made of, of one that runs and of one that does not", async () => {
  await using server = startModelServer([
    { toolCalls: [{ name: "Read", input: { file_path: "note.txt" } }], usage: { input: 3000 } },
    { text: "It says so.", usage: { input: 5000 } },
  ]);
  await using workspace = await Workspace.create({ "note.txt": "so\n".repeat(1000) });
  const env = { ANTHROPIC_API_KEY: "k", ANTHROPIC_BASE_URL: server.url };
  const model = ["--model", "anthropic/claude-sonnet-4-6"];
  const run = await workspace.run(["run", "--name", "reader", ...model, "What does it say?"], {
    env,
  });
  equal(run.code, 0);

  const { code, stdout } = await workspace.run(["context", "reader", "--json"], { env });
  equal(code, 0);
  const { tokens, source, context_window, parts } = JSON.parse(stdout);
  deepEqual([source, context_window], ["extrapolated", null]);
  equal(tokens >= 5000 && tokens < 5100, true);
  const results = parts.find(({ part }: { part: string }) => part === "tool results");
  equal(results.items, 1);
  equal(results.tokens > 2000, true);

  const table = await workspace.run(["context", "reader"], { env });
  match(table.stdout, /^5,0\d\d tokens, counted up to the last request, estimated since\n/);
  match(table.stdout, /\n {2}tool results +\d,\d{3} {2}1 item\n/);

  const unknown = await workspace.run(["context", "nobody"], { env });
  equal(unknown.code, 2);
  match(unknown.stderr, /there is no pod `nobody`; see: pod ls --all/);
});

Deno.test("pod context of what was never sent: nothing yet, or an estimate that names no provider", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  const read = async () => JSON.parse((await site.run(["context", "x", "--json"])).stdout);
  equal(await ask(site, "context"), "0 nothing yet: no model has been asked");
  const { tokens, source } = await read();
  deepEqual([tokens, source], [0, "no_data"]);

  await ask(site, "send", "hello", "--wait");
  await ask(site, "rewind", "--to", "1");
  match(
    await ask(site, "context"),
    /^0 \d+ tokens of [\d,]+ \(0 %\), estimated\n {2}system prompt +\d+$/,
  );
  const after = await read();
  deepEqual([after.tokens > 100, after.source], [true, "no_data"]);
});
