import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type ModelServer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { lastReportOf, reportOf } from "../support/run_output.ts";
import { segmentPaths } from "../support/session_files.ts";
import { readAnthropic } from "../support/wire_rules.ts";

/** A manifest that names its instructions, for a pod that may write where it works. */
function manifest(instruction: string, pod = ""): string {
  return `[pod]\n${pod}\n[worker]\ninstruction = "${instruction}"\n` +
    '[[scope.allow]]\ntarget = "."\npermission = "write"\n';
}

/** The system prompt of a request, as it went over the wire. */
function systemOf(server: ModelServer, index: number): string {
  const request = server.requests[index];
  if (request === undefined) throw new Error(`there was no request ${index}`);
  return readAnthropic(request).system;
}

/** What the model was told in a request, a text per piece. */
function textsOf(server: ModelServer, index: number): string[] {
  const request = server.requests[index];
  if (request === undefined) throw new Error(`there was no request ${index}`);
  return readAnthropic(request).items.flatMap((item) => item.kind === "text" ? [item.text] : []);
}

const answers = (count: number) => startModelServer(Array(count).fill({ text: "Hi" }));

Deno.test("40.12-1 instructions of the user, then the boundaries, on the wire and in the log alike", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({ "pod.toml": manifest("$user/body") });
  await workspace.write("../home/config/prompts/body.md", "BODY\n");
  const run = ["run", "--manifest", "pod.toml", "Hi"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  const root = workspace.directory;
  const [start] = await workspace.entries();
  equal(
    systemOf(server, 0).replace(/^ {2}- .*bash-output\n/m, ""),
    `BODY\n\n---\n## Working boundaries\n\nReadable:\n  - ${root}\nWritable:\n  - ${root}`,
  );
  equal(start?.system_prompt, systemOf(server, 0));
});

Deno.test("40.11-W2 a project's instructions are found from below, with includes and variables", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    "pod.toml": manifest("$workspace/team/reviewer"),
    ".pod/prompts/team/reviewer.md": [
      "You review {{ cwd }} with {{ tools | join: ', ' }}.",
      '{% include "rules" %}',
      '{% include "$pod/common/language" %}',
      "",
    ].join("\n"),
    ".pod/prompts/team/rules.md": "Be kind.\n",
    "src/deep/x": "",
  });
  const run = ["run", "--manifest", "pod.toml", "--cwd", "src/deep", "Hi"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  match(
    systemOf(server, 0),
    /^You review \S+\/src\/deep with Bash, Edit, Glob, Grep, Read, TaskCreate, TaskGet, TaskList, TaskUpdate, Write\.\nBe kind\.\n## Language\n/,
  );
});

Deno.test("40.12-3 a variable that is not there fails the first run, and nothing is logged", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    "pod.toml": manifest("$workspace/body", 'name = "ghost"'),
    ".pod/prompts/body.md": "{{ ghost }}",
  });
  const run = ["run", "-o", "json", "--manifest", "pod.toml", "Hi"];
  for (const _attempt of [1, 2]) {
    const { exit_code, error } = reportOf(await workspace.run(run, { env: anthropicAt(server) }));
    deepEqual([exit_code, error?.code], [1, "internal"]);
    match(error?.message ?? "", /^failed to render system prompt template: .*variable: ghost/);
  }
  deepEqual(server.requests, []);
  deepEqual(await segmentPaths(`${workspace.home}/sessions`).catch(() => []), []);
});

/** Manifests that make no pod, and what is said of them. */
const BROKEN: readonly (readonly [what: string, manifest: string, says: RegExp])[] = [
  [
    "a mistake in the template",
    manifest("$workspace/broken"),
    /system prompt template parse error: .*line:1/,
  ],
  ["an unknown prefix", manifest("$bogus/x"), /unknown prompt prefix '\$bogus'/],
  ["a missing prompt", manifest("$workspace/none"), /prompt asset not found: '\$workspace\/none'/],
  ["a library that is not there", manifest("$user/x"), /prompt prefix '\$user' is not configured/],
  ["no prefix", manifest("default"), /unqualified prompt reference 'default'/],
  ["a way out", manifest("$workspace/../x"), /must not contain '\.' or '\.\.'/],
  [
    "a missing pack",
    manifest("$pod/default", 'prompt_pack = "none.toml"'),
    /failed to read prompt pack \/.*\/work\/none\.toml/,
  ],
  [
    "a broken pack",
    manifest("$pod/default", 'prompt_pack = "pack.toml"'),
    /failed to compile prompt template 'notify_wrapper'.*pack\.toml/,
  ],
];

for (const [what, pod, says] of BROKEN) {
  Deno.test(`40.12-4 exit code 2 for ${what}, before anything is written`, async () => {
    await using workspace = await Workspace.create({
      "pod.toml": pod,
      "pack.toml": '[prompt]\nnotify_wrapper = "{{ message"',
      ".pod/prompts/broken.md": "{{ unclosed",
    });
    const model = await workspace.scenario({ text: "I should not have been asked." });
    const run = ["run", "--model", model, "--manifest", "pod.toml", "Hi"];
    const { code, stdout, stderr } = await workspace.run(run);
    match(stderr, says);
    deepEqual([code, stdout], [2, ""]);
    const written = await Array.fromAsync(Deno.readDir(workspace.home)).catch(() => []);
    deepEqual(written, []);
  });
}

Deno.test("40.12-5 AGENTS.md is shown, and stays as it was at the first run", async () => {
  await using server = answers(2);
  await using workspace = await Workspace.create({ "AGENTS.md": "Run the {{ linter }}.\n" });
  const run = ["run", "--name", "worker", "Hi"];
  const options = { env: anthropicAt(server) };
  await workspace.run(run, options);
  await workspace.write("AGENTS.md", "Changed.");
  await workspace.run(run, options);
  match(
    systemOf(server, 0),
    /\n\n---\n## Project instructions \(AGENTS\.md\)\n\nRun the \{\{ linter \}\}\.$/,
  );
  equal(systemOf(server, 1), systemOf(server, 0));
});

Deno.test("40.12-5 without AGENTS.md there is no such heading; one that is no text is told", async () => {
  await using server = answers(2);
  await using workspace = await Workspace.create();
  const options = { env: anthropicAt(server) };
  await workspace.run(["run", "Hi"], options);
  await Deno.writeFile(`${workspace.directory}/AGENTS.md`, new Uint8Array([0xff, 0xfe]));
  const { code, stdout } = await workspace.run(["run", "-o", "stream-json", "Hi"], options);
  equal(code, 0);
  for (const index of [0, 1]) ok(!systemOf(server, index).includes("AGENTS.md"));
  const alerts = stdout.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ event }) => event === "alert");
  deepEqual(alerts.map(({ data }) => [data.level, data.source]), [["warn", "agents_md"]]);
  match(alerts[0].data.message, /AGENTS\.md \(.*\/work\/AGENTS\.md\) is not valid UTF-8/);
});

Deno.test("40.11-W5 AGENTS.md of the directories up to the top of the repository count too", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    "../AGENTS.md": "Of nobody's concern.",
    ".git/HEAD": "",
    "AGENTS.md": "For all.",
    "pkg/a/AGENTS.md": "For a.",
  });
  await workspace.run(["run", "--cwd", "pkg/a", "Hi"], { env: anthropicAt(server) });
  const { directory } = workspace;
  ok(
    systemOf(server, 0).endsWith(
      `(AGENTS.md)\n\nFrom ${directory}/AGENTS.md:\n\nFor all.\n\n` +
        `From ${directory}/pkg/a/AGENTS.md:\n\nFor a.`,
    ),
    systemOf(server, 0),
  );
});

Deno.test("40.12-5 a session that goes on keeps its prompt, whatever the manifest names now", async () => {
  await using server = answers(2);
  await using workspace = await Workspace.create({
    "first.toml": manifest("$workspace/body", 'name = "keeper"'),
    "then.toml": manifest("$workspace/broken", 'name = "keeper"'),
    ".pod/prompts/body.md": "BODY",
    ".pod/prompts/broken.md": "{{ unclosed",
  });
  const options = { env: anthropicAt(server) };
  for (const file of ["first.toml", "then.toml"]) {
    const { code, stderr } = await workspace.run(["run", "--manifest", file, "Hi"], options);
    equal(code, 0, stderr);
  }
  match(systemOf(server, 0), /^BODY\n/);
  equal(systemOf(server, 1), systemOf(server, 0));
});

Deno.test("40.12-7 packs of the user, the project and the manifest replace what the pod says", async () => {
  await using server = answers(2);
  await using workspace = await Workspace.create({
    "pod.toml": manifest("$pod/default", 'prompt_pack = "pack.toml"'),
    ".pod/prompts.toml": '[prompt]\nagents_md_section = "PROJECT {{ agents_md }}"\n' +
      'notify_wrapper = "project {{ message }}"\n',
    "pack.toml":
      '[prompt]\nnotify_wrapper = "[Notification]\\nmanifest: {{ message }}"\nnews = ""\n',
    "AGENTS.md": "<Lint>",
  });
  await workspace.write(
    "../home/config/prompts.toml",
    '[prompt]\nworking_boundaries_section = "USER"\nagents_md_section = "user"\n',
  );
  const options = { env: anthropicAt(server) };
  const { code, stderr } = await workspace.run(
    ["run", "--manifest", "pod.toml", "--notify", "ping"],
    options,
  );
  equal(code, 0, stderr);
  match(systemOf(server, 0), /\n\nUSER\n\nPROJECT <Lint>$/);
  deepEqual(textsOf(server, 0), ["[Notification]\nmanifest: ping"]);
  match(stderr, /pack\.toml: there is no prompt `news`; it is ignored/);
  // Without the manifest's pack, the project's counts.
  await workspace.run(["run", "--notify", "ping"], options);
  deepEqual(textsOf(server, 1), ["project ping"]);
});

Deno.test("40.4.2 40.11-W7 a wrapper that fails when it is used costs nothing but an alert", async () => {
  await using server = answers(1);
  await using workspace = await Workspace.create({
    ".pod/prompts.toml": '[prompt]\nnotify_wrapper = "{{ ghost }}"\n',
  });
  const run = ["run", "--notify", "ping"];
  const { code, stderr } = await workspace.run(run, { env: anthropicAt(server) });
  equal(code, 0, stderr);
  match(stderr, /failed to render prompt 'notify_wrapper': undefined variable: ghost/);
  match(textsOf(server, 0).join(), /^\[Notification\]\nping\n/);
  const items = (await workspace.entries()).filter(({ kind }) => kind === "system_item");
  equal(items.length, 1);
});

Deno.test("--system-prompt-file is no template, and says so when it comes too late", async () => {
  await using server = answers(2);
  await using workspace = await Workspace.create({ "role.md": "Say {{ this }}.\n" });
  const run = [
    "run",
    "-o",
    "stream-json",
    "--name",
    "late",
    "--system-prompt-file",
    "role.md",
    "Hi",
  ];
  const options = { env: anthropicAt(server) };
  equal((await workspace.run(run, options)).stderr, "");
  match(systemOf(server, 0), /^Say \{\{ this \}\}\.\n\n## Environment\n\n/);
  const second = await workspace.run(run, options);
  match(second.stderr, /the session has its system prompt already/);
  equal(lastReportOf(second).exit_code, 0);
});
