import type { Event } from "../../lib/protocol/mod.ts";
import { hearUntil, userInput } from "../controller/hear.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { ask, Site, stall } from "./site.ts";

Deno.test("pause, resume and cancel: 0 when it is done, 1 with the reason when there is nothing to do", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  const refused = (why: string) => `1 pod: error: pod \`x\` refused: ${why}`;
  deepEqual(await Promise.all([ask(site, "pause"), ask(site, "resume"), ask(site, "cancel")]), [
    refused("Pod is not running"),
    refused("Pod is not paused"),
    refused("Pod is not running"),
  ]);

  await stall(client);
  equal(await ask(site, "pause"), "0");
  deepEqual((await hearUntil(client, "status paused")).at(-2), "run_end paused");
  equal(await ask(site, "pause"), "0");
  equal(await ask(site, "resume"), "0");
  await hearUntil(client, "text_delta an answer");
  equal(await ask(site, "cancel"), "0");
  equal((await hearUntil(client, "status idle")).at(-2), "error internal: Cancelled");

  await stall(client);
  equal(await ask(site, "pause"), "0");
  equal(await ask(site, "cancel"), "0");
  await hearUntil(client, "status idle");

  await client.send(userInput("wait"));
  await hearUntil(client, "llm_call_start");
  match(await ask(site, "pause"), /^1 pod: error: there is nothing to resume: .* taken back$/);
  equal((await hearUntil(client, "status idle")).at(-2), "run_end rolled_back");
});

Deno.test("cancel of a paused turn is done at once, though a notification that waits starts the next", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  await stall(client);
  equal(await ask(site, "pause"), "0");
  equal(await ask(site, "notify", "wait"), "0");
  equal(await ask(site, "cancel"), "0");
  await hearUntil(client, "invoke_start notify");
  await site.model.release();
  equal((await hearUntil(client, "status idle")).at(-2), "run_end finished");
});

Deno.test("stop ends a turn and waits until the process is gone; the name is free then", async () => {
  await using site = await Site.create();
  equal((await site.run(["start", "x"])).code, 0);
  const { pid } = JSON.parse((await site.run(["ls", "--json"])).stdout)[0];
  using client = await site.connect("x");
  await stall(client);
  equal(await ask(site, "stop"), "0");
  ok(!isThere(pid));
  equal((await site.workspace.entries()).at(-1)?.kind, "run_errored");
  match(await ask(site, "stop"), /^2 pod: error: pod `x` is not running; /);
  equal((await site.run(["start", "x"])).code, 0);
});

/** Whether a process is there that has not ended. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const COMMANDS = [
  ["send", "x", "hello"],
  ["send", "x", "hello", "--wait"],
  ["notify", "x", "hello"],
  ["pause", "x"],
  ["resume", "x"],
  ["cancel", "x"],
  ["compact", "x"],
  ["stop", "x"],
  ["rewind", "x"],
  ["attach", "x"],
  ["events", "x"],
];

Deno.test("every command about a pod that is not running says so, and where to look", async () => {
  await using site = await Site.create();
  const ends = await Promise.all(COMMANDS.map((args) => site.run(args)));
  for (const [index, { code, stdout, stderr }] of ends.entries()) {
    deepEqual([code, stdout], [2, ""], COMMANDS[index]?.join(" "));
    match(
      stderr,
      /^pod: error: pod `x` is not running; `pod ls --all` lists .*`pod start x` .*\n$/,
    );
  }
});

Deno.test("ls shows live pods, with --all also stopped ones, and damage hides none", async () => {
  await using site = await Site.create();
  const none = await site.run(["ls"]);
  deepEqual([none.code, none.stdout], [0, ""]);
  match(none.stderr, /^no pod is running; /);

  await using pod = await site.serve("long-name");
  equal((await site.run(["run", "--name", "done", "--share", "hello"])).code, 0);
  await Deno.mkdir(`${site.workspace.home}/pods/torn`);
  await Deno.writeTextFile(`${site.workspace.home}/pods/torn/metadata.json`, '{"pod_na');
  const { directory } = site.workspace;
  const [live, all, json] = await Promise.all([
    site.run(["ls"]),
    site.run(["ls", "--all"]),
    site.run(["ls", "--all", "--json"]),
  ]);
  const pid = `${pod.pid}`;
  equal(
    live.stdout,
    `NAME       STATUS  ${"PID".padEnd(pid.length)}  DIRECTORY\n` +
      `long-name  idle    ${pid}  ${directory}\n`,
  );
  deepEqual(all.stdout.split("\n").slice(1).map((line) => line.split(/ +/)), [
    ["done", "stopped", "-", directory],
    ["long-name", "idle", pid, directory],
    ["torn", "stopped", "-"],
    [""],
  ]);
  match(all.stderr, /^pod: warning: serialization error: .*torn\/metadata\.json\)\n$/);
  const rows: Record<string, unknown>[] = JSON.parse(json.stdout);
  deepEqual(rows.map(({ name, status, pid }) => [name, status, pid]), [
    ["done", "stopped", null],
    ["long-name", "idle", pod.pid],
    ["torn", "stopped", null],
  ]);
  deepEqual(rows[1]?.socket, site.socket("long-name"));
});

Deno.test("events: everything as lines, until the pod ends, is killed, or nobody reads", async () => {
  await using site = await Site.create();
  await using pod = await site.serve("x");
  using client = await site.connect("x");
  const read = site.spawn(["events", "x"]);
  const half = site.spawn(["events", "x"], {
    through: ["bash", "-c", '"$@" | head -1; exit ${PIPESTATUS[0]}', "bash"],
  });
  await Promise.all([read, half].map((process) => process.printed(/"snapshot".*\n/)));
  await client.send(userInput("hello"));
  await hearUntil(client, "status idle");
  equal(await ask(site, "stop"), "0");
  await pod.finished;
  const { code, stdout, stderr } = await read.finished;
  deepEqual([code, stderr], [0, ""]);
  const events: Event[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepEqual([events.at(0)?.event, events.at(-1)?.event], ["snapshot", "shutdown"]);
  ok(events.some((event) => event.event === "text_done" && event.data.text === "you said: hello"));
  equal((await half.finished).code, 141);

  await using again = await site.serve("x");
  await using cut = site.spawn(["events", "x"]);
  await cut.printed(/"snapshot".*\n/);
  again.kill("SIGKILL");
  const end = await cut.finished;
  equal(end.code, 1);
  match(end.stderr, /^pod: error: pod `x` went away; /);
});
