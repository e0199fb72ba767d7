import { deepEqual, equal, match } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { eventsOf } from "../support/run_output.ts";

const TASKS = ["TaskCreate", "TaskGet", "TaskList", "TaskUpdate"];
const WITHOUT_BASH = ["Edit", "Glob", "Grep", "Read", ...TASKS, "Write"];
const WITH_BASH = ["Bash", ...WITHOUT_BASH];

/** The tools that the model is told about in a run with these flags. */
async function offeredTools(flags: readonly string[]): Promise<unknown[]> {
  await using server = startModelServer([{ text: "Hi" }]);
  await using workspace = await Workspace.create({ "sub/file": "" });
  await workspace.write("read.toml", '[[scope.allow]]\ntarget = "."\npermission = "read"\n');
  const run = ["run", ...flags, "Hi"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  const tools = server.requests[0]?.body.tools as { name: string }[];
  return tools.map(({ name }) => name).sort();
}

const OFFERS: readonly (readonly [flags: readonly string[], tools: readonly string[]])[] = [
  [[], WITH_BASH],
  [["--allow-write", "sub", "--allow-read", "."], WITH_BASH],
  [["--allow-read", "."], WITHOUT_BASH],
  [["--deny", "sub"], WITH_BASH],
  [["--manifest", "read.toml"], WITHOUT_BASH],
  [["--manifest", "read.toml", "--allow-write", "sub"], WITH_BASH],
];

for (const [flags, tools] of OFFERS) {
  Deno.test(`scope: with \`${flags.join(" ")}\` the model is offered ${tools[0]} …`, async () => {
    deepEqual(await offeredTools(flags), tools);
  });
}

/** What becomes of these calls in a run with these flags; `path: true` for a call that worked. */
async function outcomes(workspace: Workspace, flags: readonly string[], calls: readonly object[]) {
  const model = await workspace.scenario({ tool_call: calls }, { text: "Done." });
  const run = ["run", "-o", "stream-json", "--model", model, ...flags, "Go"];
  const events = eventsOf(await workspace.run(run));
  return events
    .filter(({ event }) => event === "tool_result")
    .map(({ data }) => ({ failed: data?.is_error, summary: `${data?.summary}` }));
}

const read = (file_path: string) => ({ name: "Read", arguments: { file_path } });
const write = (file_path: string) => ({ name: "Write", arguments: { file_path, content: "x" } });

Deno.test("scope: by default it writes below the working directory and nowhere else", async () => {
  await using workspace = await Workspace.create();
  const outside = `${workspace.root}/outside.txt`;
  await Deno.writeTextFile(outside, "not yours");
  const results = await outcomes(workspace, [], [
    write("inside.txt"),
    write(outside),
    read(outside),
    read("../outside.txt"),
    read("/etc/hostname"),
  ]);
  deepEqual(results.map(({ failed }) => failed), [false, true, true, true, true]);
  for (const { summary } of results.slice(1)) match(summary, /scope/);
  equal(await workspace.read("inside.txt"), "x");
  equal(await Deno.readTextFile(outside), "not yours");
});

Deno.test("scope: --allow-read alone lets nothing be written and no command be run", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const bash = { name: "Bash", arguments: { command: "touch by-bash" } };
  const results = await outcomes(workspace, ["--allow-read", "."], [
    read("notes.txt"),
    write("new.txt"),
    bash,
  ]);
  deepEqual(results.map(({ failed }) => failed), [false, true, true]);
  equal(results[2]?.summary, "Tool 'Bash' not found");
  const names = (await Array.fromAsync(Deno.readDir(workspace.directory))).map(({ name }) => name);
  deepEqual(names, ["notes.txt"]);
});

Deno.test("scope: --allow-write DIR replaces the default, relative to where pod was started", async () => {
  await using workspace = await Workspace.create({ "sub/file": "", "other/file": "" });
  const flags = ["--cwd", "sub", "--allow-write", "sub", "--allow-read", "other"];
  const results = await outcomes(workspace, flags, [
    write("new.txt"),
    read("../other/file"),
    write("../other/new.txt"),
    write("../new.txt"),
  ]);
  deepEqual(results.map(({ failed }) => failed), [false, false, true, true]);
  equal(await workspace.read("sub/new.txt"), "x");
});

Deno.test("scope: --deny DIR keeps the files below out of sight", async () => {
  await using workspace = await Workspace.create({ "open.txt": "word\n", "shut/in.txt": "word\n" });
  const results = await outcomes(workspace, ["--deny", "shut"], [
    read("shut/in.txt"),
    write("shut/new.txt"),
    { name: "Glob", arguments: { pattern: "**/*.txt" } },
    { name: "Grep", arguments: { pattern: "word" } },
  ]);
  deepEqual(results.map(({ failed }) => failed), [true, true, false, false]);
  const entries = await workspace.entries();
  const found = entries.filter(({ kind }) => kind === "tool_result").slice(2);
  for (const { item } of found) {
    match(JSON.stringify(item), /open\.txt/);
    equal(JSON.stringify(item).includes("in.txt"), false);
  }
});
