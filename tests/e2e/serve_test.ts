import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { hear, hearUntil, userInput } from "../controller/hear.ts";
import { Site, stall } from "./site.ts";

/** Names in a runtime base. */
function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

Deno.test("serve says that it listens on standard error, and nothing on standard output", async () => {
  await using site = await Site.create();
  await using pod = await site.serve("x");
  using client = await site.connect("x");
  pod.kill("SIGTERM");
  deepEqual([await hear(client), await hear(client)], ["shutdown", null]);
  const { code, stdout, stderr } = await pod.finished;
  deepEqual([code, stdout], [0, ""]);
  const socket = site.socket("x");
  equal(
    stderr,
    `POD-READY\tx\t${socket}\npod: x listening on "${socket}"\npod: x shutting down (signal)\n`,
  );
  deepEqual(namesIn(`${site.workspace.home}/run`).filter((name) => name === "x"), []);
});

Deno.test("SIGINT in a turn ends it cleanly; the pod comes back with all that was said", async () => {
  await using site = await Site.create();
  {
    await using pod = await site.serve("x");
    using client = await site.connect("x");
    await client.send(userInput("hello"));
    await hearUntil(client, "status idle");
    await stall(client);
    pod.kill("SIGINT");
    deepEqual((await hearUntil(client, "shutdown")).slice(-3), [
      "error internal: Cancelled",
      "status idle",
      "shutdown",
    ]);
    equal((await pod.finished).code, 0);
    equal((await site.workspace.entries()).at(-1)?.kind, "run_errored");
  }
  await using pod = await site.serve("x");
  using client = await site.connect("x");
  const { status, entries } = client.snapshot.data;
  equal(status, "idle");
  deepEqual(entries, await site.workspace.entries());
  await client.send(userInput("again"));
  equal((await hearUntil(client, "text_done")).at(-1), "text_done you said: again");
  const { messages } = site.model.requests.at(-1)?.body ?? {};
  match(JSON.stringify(messages), /hello.*stall.*again/);
  pod.kill("SIGTERM");
  equal((await pod.finished).code, 0);
});

Deno.test("a second pod of a live name is refused, and the first one stays", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  const [serve, start] = await Promise.all([
    site.run(["serve", "--pod", "x"]),
    site.run(["start", "x"]),
  ]);
  equal(serve.code, 1);
  match(serve.stderr, /^error: failed to restore pod x: pod name `x` is already registered\n$/);
  deepEqual([start.code, start.stdout], [2, ""]);
  match(start.stderr, /^pod: error: pod `x` is running already; .*`pod stop x` ends it\n$/);
  using client = await site.connect("x");
  equal(client.snapshot.data.status, "idle");
});

Deno.test("start prints the socket; of two at once one starts the pod and the other says why not", async () => {
  await using site = await Site.create();
  const ends = await Promise.all([site.run(["start", "x"]), site.run(["start", "x"])]);
  const [started, refused] = ends.sort((a, b) => a.code - b.code);
  deepEqual([started?.code, started?.stdout], [0, `${site.socket("x")}\n`]);
  deepEqual([refused?.code, refused?.stdout], [2, ""]);
  match(refused?.stderr ?? "", /already (registered|used)|running already/);
  using client = await site.connect("x");
  equal(client.snapshot.data.status, "idle");

  const run = `${site.workspace.home}/run`;
  deepEqual(namesIn(run).filter((name) => name.startsWith("start-")), []);
  match(await Deno.readTextFile(`${run}/x/stderr.log`), /^POD-READY\tx\t/);
});

Deno.test("what start cannot start says why, and leaves nothing behind", async () => {
  await using site = await Site.create();
  const why = {
    "x --manifest none.toml": /failed to read manifest .*none\.toml/,
    "../x": /invalid pod name: \.\.\/x/,
  };
  for (const [args, reason] of Object.entries(why)) {
    const { code, stdout, stderr } = await site.run(["start", ...args.split(" ")]);
    deepEqual([code, stdout], [2, ""]);
    match(stderr, /^pod: error: pod exited before becoming ready: /);
    match(stderr, reason);
  }
  deepEqual(
    namesIn(`${site.workspace.home}/run`).filter((name) => !name.startsWith("pods.json")),
    [],
  );
});

Deno.test("a killed pod leaves a socket that nobody minds, and comes back paused if it was", async () => {
  await using site = await Site.create();
  {
    await using pod = await site.serve("x");
    using client = await site.connect("x");
    await stall(client);
    await client.send({ method: "pause" });
    await hearUntil(client, "status paused");
    pod.kill("SIGKILL");
    await pod.finished;
  }
  ok(Deno.lstatSync(site.socket("x")).isSocket);
  const { code, stderr } = await site.run(["send", "x", "hello"]);
  equal(code, 2);
  match(stderr, /^pod: error: pod `x` is not running; `pod ls --all` lists .*\n$/);
  equal((await site.run(["start", "x"])).code, 0);
  using client = await site.connect("x");
  equal(client.snapshot.data.status, "paused");
});
