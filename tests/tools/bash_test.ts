import { type ToolOutput } from "../../lib/agent/mod.ts";
import { type BashTool, createBashTool } from "../../lib/tools/mod.ts";
import { equal, match, ok, rejects } from "../support/assert.ts";

interface Shell extends AsyncDisposable {
  readonly directory: string;
  readonly spillDirectory: string;
  readonly bash: BashTool;
  run(command: string, timeout?: number, signal?: AbortSignal): Promise<ToolOutput>;
}

async function createShell(env: Record<string, string> = {}): Promise<Shell> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-bash-" }));
  const spillDirectory = `${directory}/run/bash-output`;
  const bash = createBashTool({
    cwd: directory,
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    podName: "tester",
    spillDirectory,
  });
  return {
    directory,
    spillDirectory,
    bash,
    run: (command, timeout, signal = new AbortController().signal) =>
      bash.execute(timeout === undefined ? { command } : { command, timeout }, {
        callId: "c",
        signal,
      }),
    async [Symbol.asyncDispose]() {
      await bash[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** The live processes with `mark` among their arguments. */
function processesMarked(mark: string): number[] {
  const pids: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(mark)) pids.push(Number(name));
    } catch (error) {
      // It has ended between two looks, or while it was looked at.
      if (!(error instanceof Error && "code" in error)) throw error;
      if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
    }
  }
  return pids.filter((pid) => pid !== Deno.pid);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    ok(performance.now() < deadline, "waited for ten seconds in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function fileIn(content: string | undefined): string {
  const path = content?.match(/ at (\/\S+?)\]/)?.[1];
  ok(path !== undefined, `no file is named in: ${content}`);
  return path;
}

Deno.test("50.13-25 output, exit code, and a new shell for every call", async () => {
  await using shell = await createShell();
  const hello = await shell.run("echo hello");
  equal(hello.summary, "$ echo hello");
  equal(hello.content, "hello\n");
  const seven = await shell.run("exit 7");
  equal(seven.summary, "$ exit 7 (exit 7)");
  equal("content" in seven, false);
  await shell.run("mkdir sub && cd sub");
  equal((await shell.run("pwd")).content, `${shell.directory}\n`);
});

Deno.test("50.13-26 both streams keep the order of writing", async () => {
  await using shell = await createShell();
  equal((await shell.run("echo out; echo err >&2; echo out2")).content, "out\nerr\nout2\n");
});

Deno.test("50.13-27 long output: the last 80 lines and a file with all of it, gone in the end", async () => {
  const shell = await createShell();
  const { content } = await shell.run("seq 200");
  const [heading, ...lines] = content?.trimEnd().split("\n") ?? [];
  match(heading ?? "", /^\[showing last 80 of 200 lines — full output \(692 bytes\) at \//);
  equal(lines.join(" "), Array.from({ length: 80 }, (_, index) => index + 121).join(" "));
  const file = fileIn(content);
  equal((await Deno.readTextFile(file)).split("\n").length, 201);
  equal((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
  equal((Deno.statSync(shell.spillDirectory).mode ?? 0) & 0o777, 0o700);

  const wide = await shell.run("head -c 20480 /dev/zero | tr '\\0' x");
  match(wide.content ?? "", /^\[showing last 80 of 1 lines — full output \(20480 bytes\) at /);
  equal(Deno.statSync(fileIn(wide.content)).size, 20_480);

  await shell.bash[Symbol.asyncDispose]();
  equal([...Deno.readDirSync(shell.spillDirectory)].length, 0);
  await Deno.remove(shell.directory, { recursive: true });
});

Deno.test("50.13-27 the edges of what is shown inline", async () => {
  await using shell = await createShell();
  equal((await shell.run("seq 80")).content?.startsWith("1\n"), true);
  match((await shell.run("seq 81")).content ?? "", /^\[showing last 80 of 81 lines/);
  const fits = await shell.run("head -c 12288 /dev/zero | tr '\\0' '\\n' | head -n 80");
  equal(fits.content, "\n".repeat(80));
  match(
    (await shell.run("yes 12345 | head -c 300000")).content ?? "",
    /tail of 300000-byte output/,
  );
});

Deno.test("50.13-28 a timeout gives back what there was, and nobody is left", async () => {
  await using shell = await createShell();
  const mark = `timeout-${crypto.randomUUID()}`;
  const { summary, content } = await shell.run(`echo early; exec -a ${mark} sleep 30`, 1);
  match(summary, /\(timed out after 1s\)$/);
  match(content ?? "", /^\[partial output before timeout — full at \/.*\]\nearly\n$/);
  equal(await Deno.readTextFile(fileIn(content)), "early\n");
  await until(() => processesMarked(mark).length === 0);
});

Deno.test("50.13-28 a cancel kills a tree of 50 processes that ignore SIGTERM", async () => {
  await using shell = await createShell();
  const mark = `tree-${crypto.randomUUID()}`;
  const stop = new AbortController();
  const call = shell.run(
    `trap '' TERM; for i in $(seq 50); do (exec -a ${mark} sleep 300) & done; wait`,
    undefined,
    stop.signal,
  );
  await until(() => processesMarked(`${mark}\u0000300`).length === 50);
  stop.abort();
  await rejects(call);
  await until(() => processesMarked(mark).length === 0);
});

Deno.test("50.13-29 a background job that ends soon is heard; one that stays is ended", async () => {
  await using shell = await createShell();
  const soon = await shell.run("(sleep 0.05; echo bg) &");
  equal(soon.summary, "$ (sleep 0.05; echo bg) &");
  equal(soon.content, "bg\n");
  const mark = `background-${crypto.randomUUID()}`;
  const { content } = await shell.run(`(exec -a ${mark} sleep 300) & echo on`);
  equal(content, "on\n[processes left in the background were not waited for]\n");
  await until(() => processesMarked(mark).length === 0);
});

Deno.test("a process that left the group does not hold the call", async () => {
  await using shell = await createShell();
  const mark = `escaped-${crypto.randomUUID()}`;
  const { content } = await shell.run(`setsid bash -c 'exec -a ${mark} sleep 300' & echo on`, 60);
  match(content ?? "", /^on\n\[processes left/);
  await until(() => processesMarked(mark).length === 1);
  for (const pid of processesMarked(mark)) Deno.kill(pid, "SIGKILL");
});

Deno.test("a shell that dies from a signal says so; an ignored SIGTERM ends in SIGKILL", async () => {
  await using shell = await createShell();
  equal((await shell.run("kill -9 $$")).summary, "$ kill -9 $$ (terminated by signal)");
  const stubborn = await shell.run("trap '' TERM; while :; do sleep 0.1; done", 1);
  match(stubborn.summary, /\(timed out after 1s\)$/);
});

Deno.test("a command is passed as it is: comments, here-documents, braces, syntax errors", async () => {
  await using shell = await createShell();
  equal((await shell.run("echo a # comment")).content, "a\n");
  equal((await shell.run("cat <<EOF\nhi\nEOF")).content, "hi\n");
  equal((await shell.run("printf hi")).content, "hi");
  const broken = await shell.run("} ; echo out");
  match(broken.summary, /\(exit 2\)$/);
  match(broken.content ?? "", /syntax error/);
  equal((await shell.run("cat; echo end")).content, "end\n", "there is nothing to read");
  equal((await shell.run(`echo first\n: ${"x".repeat(99)}`)).summary, "$ echo first");
  equal((await shell.run(`: ${"x".repeat(99)}`)).summary, `$ : ${"x".repeat(75)}...`);
});

Deno.test("bad input is refused", async () => {
  await using shell = await createShell();
  await rejects(shell.run("  \n"), /invalid argument: command is empty/);
  await rejects(shell.run("echo \0"), /command contains a NUL character/);
  await rejects(shell.run("true", -1), /invalid Bash input: timeout/);
});

Deno.test("what a person would see: no colours, no overwritten lines", async () => {
  await using shell = await createShell();
  const { content } = await shell.run(
    "printf '10%%\\r50%%\\r100%%\\r\\n\\033[31mred\\033[0m\\r\\n'",
  );
  equal(content, "100%\nred\n");
});

Deno.test("the environment has no provider keys and nobody to ask", async () => {
  await using shell = await createShell({
    ANTHROPIC_API_KEY: "k1",
    OPENROUTER_API_KEY: "k2",
    POD_API_KEY_MINE: "k3",
    GITHUB_TOKEN: "kept",
    TERM: "xterm",
  });
  const { content = "" } = await shell.run("env");
  for (const key of ["k1", "k2", "k3"]) ok(!content.includes(key), key);
  for (
    const line of ["GITHUB_TOKEN=kept", "TERM=dumb", "PAGER=cat", "CI=1", "POD_NAME=tester"]
  ) {
    ok(content.split("\n").includes(line), line);
  }
});

Deno.test("200 MB of output: memory stays flat, the file stops at its limit and says so", async () => {
  await using shell = await createShell();
  const before = Deno.memoryUsage().rss;
  const { content } = await shell.run("yes | head -c 200000000");
  ok(Deno.memoryUsage().rss - before < 150_000_000);
  match(content ?? "", /tail of 200000000-byte output\) — the first 67108864 bytes at /);
  equal(Deno.statSync(fileIn(content)).size, 67_108_864);
});

Deno.test("output that cannot be kept is an error of the tool", async () => {
  await using shell = await createShell();
  await Deno.mkdir(`${shell.directory}/run`);
  await Deno.writeTextFile(shell.spillDirectory, "in the way");
  await rejects(shell.run("seq 200"), /persist output tempfile: /);
});

Deno.test("disposing ends what runs and leaves no file", async () => {
  const shell = await createShell();
  const mark = `disposed-${crypto.randomUUID()}`;
  const call = shell.run(`seq 20000; exec -a ${mark} sleep 300`);
  await until(() => processesMarked(`${mark}\u0000300`).length === 1);
  const ended = rejects(call);
  await shell.bash[Symbol.asyncDispose]();
  await ended;
  await until(() => processesMarked(mark).length === 0);
  equal([...Deno.readDirSync(shell.spillDirectory)].length, 0);
  await Deno.remove(shell.directory, { recursive: true });
});

Deno.test("SIGKILL of the program that runs a command takes the command with it", async () => {
  const mark = `orphan-${crypto.randomUUID()}`;
  const program = `
    import { createBashTool } from ${JSON.stringify(import.meta.resolve("../../lib/tools/mod.ts"))};
    const bash = createBashTool({ cwd: "/", env: { PATH: ${
    JSON.stringify(Deno.env.get("PATH"))
  } }, podName: "x", spillDirectory: "/nowhere" });
    await bash.execute(
      { command: "trap '' TERM HUP; (exec -a ${mark} sleep 300) & exec -a ${mark} sleep 300" },
      { callId: "c", signal: new AbortController().signal },
    );`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `--config=${config}`, file],
    stdin: "null",
  }).spawn();
  await until(() => processesMarked(`${mark}\u0000300`).length === 2);
  child.kill("SIGKILL");
  await child.status;
  await until(() => processesMarked(`${mark}\u0000300`).length === 0);
  await Deno.remove(file);
});
