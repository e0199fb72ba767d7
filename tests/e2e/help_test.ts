import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { VERSION } from "../../lib/base/mod.ts";
import { Workspace } from "../support/pod_process.ts";

Deno.test("pod --version prints one line", async () => {
  await using workspace = await Workspace.create();
  for (const flag of ["--version", "-V"]) {
    deepEqual(await workspace.run([flag]), {
      code: 0,
      signal: null,
      stdout: `pod ${VERSION}\n`,
      stderr: "",
    });
  }
});

Deno.test("pod help, --help and -h show the commands on stdout", async () => {
  await using workspace = await Workspace.create();
  const [help = "", ...others] = await Promise.all(["help", "--help", "-h"].map(async (word) => {
    const { code, stdout, stderr } = await workspace.run([word]);
    deepEqual([code, stderr], [0, ""]);
    return stdout;
  }));
  match(help, /^Usage: pod /);
  for (const command of ["run", "models", "help"]) match(help, new RegExp(`^ +${command} `, "m"));
  deepEqual(others, [help, help]);
});

Deno.test("pod help run shows every flag, the exit codes and that scope does not bind Bash", async () => {
  await using workspace = await Workspace.create();
  const { code, stdout } = await workspace.run(["help", "run"]);
  equal(code, 0);
  const flags = [
    ["--model", "--name", "--cwd", "--allow-write", "--allow-read", "--deny", "--max-turns"],
    ["--timeout", "--output", "--output-schema", "--system-prompt-file", "--manifest"],
    ["--ephemeral", "--quiet"],
  ].flat();
  for (const flag of flags) ok(stdout.includes(`${flag} `) || stdout.includes(`${flag}\n`), flag);
  match(stdout, /Exit codes: 0 finished.*2 usage.*3 .*limit.*\n?.*124 timeout.*130.*143/);
  match(stdout, /shell commands are not bound by it/);
  match(stdout, /pod run --model demo\/tour "Show me around"/);
});

Deno.test("pod alone shows the help on stderr and exits 2", async () => {
  await using workspace = await Workspace.create();
  const { code, stdout, stderr } = await workspace.run([]);
  deepEqual([code, stdout], [2, ""]);
  match(stderr, /^Usage: pod /);
});
