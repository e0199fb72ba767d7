import { deepEqual, equal, match } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { eventsOf, reportOf } from "../support/run_output.ts";

Deno.test("relative scope targets count from the manifest's directory", async () => {
  await using workspace = await Workspace.create({ "team/docs/a.md": "hello\n" });
  await workspace.write(
    "team/pod.toml",
    '[[scope.allow]]\ntarget = "docs"\npermission = "write"\n',
  );
  const model = await workspace.scenario(
    {
      tool_call: [
        { name: "Read", arguments: { file_path: "a.md" } },
        { name: "Read", arguments: { file_path: "../pod.toml" } },
      ],
    },
    { text: "Done." },
  );
  const run = ["run", "-o", "stream-json", "--model", model, "--cwd", "team/docs"];
  const events = eventsOf(await workspace.run([...run, "--manifest", "team/pod.toml", "Go"]));
  const results = events.filter(({ event }) => event === "tool_result");
  deepEqual(results.map(({ data }) => data?.is_error), [false, true]);
});

Deno.test("an unknown key is a warning that names the nearest known one", async () => {
  await using workspace = await Workspace.create();
  await workspace.write(
    "pod.toml",
    '[worker]\nmax_turn = 3\n[[scope.allow]]\ntarget = "."\npermission = "write"\n',
  );
  const model = await workspace.scenario({ text: "Hi" });
  for (const output of ["text", "json", "stream-json"]) {
    const run = ["run", "-o", output, "--model", model, "--manifest", "pod.toml", "Hi"];
    const { code, stderr } = await workspace.run(run);
    equal(code, 0);
    match(stderr, /worker\.max_turn .*`max_turns`/);
  }
});

Deno.test("40.8.1 a threshold above the one in runs is a warning", async () => {
  await using workspace = await Workspace.create();
  const limits = (threshold: number) =>
    `[compaction]\nthreshold = ${threshold}\nrequest_threshold = 50000`;
  const rule = '[[scope.allow]]\ntarget = "."\npermission = "write"\n';
  const model = await workspace.scenario({ text: "Hi" });
  for (const [threshold, isOdd] of [[50_001, true], [50_000, false]] as const) {
    await workspace.write("pod.toml", `${limits(threshold)}\n${rule}`);
    const { code, stderr } = await workspace.run(
      ["run", "--model", model, "--manifest", "pod.toml", "Hi"],
    );
    equal(code, 0);
    equal(/compaction\.threshold \(50001\) is above/.test(stderr), isOdd);
  }
});

Deno.test("the manifest's model and limits count, and flags win over them", async () => {
  await using workspace = await Workspace.create();
  const scenario = await workspace.scenario(
    { tool_call: [{ name: "Read", arguments: { file_path: "x" } }] },
    { text: "Hi" },
  );
  await workspace.write(
    "pod.toml",
    [
      `[model]\nref = "${scenario}"`,
      "[worker]\nmax_turns = 1",
      '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
    ].join("\n"),
  );
  const run = ["run", "-o", "json", "--manifest", "pod.toml", "Hi"];
  equal(reportOf(await workspace.run(run)).exit_code, 3);
  equal(reportOf(await workspace.run([...run, "--max-turns", "2"])).exit_code, 0);
  const { exit_code, error } = reportOf(await workspace.run([...run, "--model", "demo/nothing"]));
  equal(exit_code, 2);
  match(error?.message ?? "", /demo\/nothing/);
});

Deno.test("--model replaces the manifest's model with all its parts", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  await workspace.write(
    "pod.toml",
    [
      '[model]\nref = "anthropic/claude-sonnet-4-6"\nbase_url = "http://127.0.0.1:9"',
      'auth = { kind = "api_key", env = "NO_SUCH_KEY" }',
      '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
    ].join("\n"),
  );
  const run = ["run", "-o", "json", "--manifest", "pod.toml", "--model", model, "Hi"];
  equal(reportOf(await workspace.run(run)).text, "Hi");
});

Deno.test("--system-prompt-file replaces the instructions, not the facts below them", async () => {
  await using workspace = await Workspace.create({ "role.md": "You are a lighthouse." });
  const model = await workspace.scenario({ text: "Hi" });
  await workspace.run(["run", "--model", model, "--system-prompt-file", "role.md", "Hi"]);
  const [start] = await workspace.entries();
  match(`${start?.system_prompt}`, /^You are a lighthouse\.\n/);
  match(`${start?.system_prompt}`, new RegExp(`Working directory: ${workspace.directory}\n`));
});
