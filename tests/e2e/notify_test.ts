import { PodServer } from "../../lib/ipc/mod.ts";
import { hearUntil, userInput } from "../controller/hear.ts";
import { snapshotEvent } from "../ipc/test_pod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { eventsOf, lastReportOf, reportOf } from "../support/run_output.ts";
import { Site, stall } from "./site.ts";

/** What the pod of a site was asked and told, and how its runs ended, in order. */
async function story({ workspace }: Site): Promise<string[]> {
  return (await workspace.entries()).flatMap(({ kind, segments, item }) => {
    if (kind === "user_input") return `asked ${(segments as { content: string }[])[0]?.content}`;
    if (kind === "system_item") return `told ${(item as { message: string }).message}`;
    return kind === "run_completed" || kind === "run_errored" ? `${kind}` : [];
  });
}

function wake(message: string, ...flags: string[]): string[] {
  return ["run", "--name", "x", "--notify", message, ...flags];
}

/** Resolves when the pod of a site has a notification to tell later. */
async function queued({ workspace }: Site): Promise<void> {
  await eventually("the notification is on disk", async () => {
    return (await workspace.entries()).some(({ domain }) => domain === "pod.notification");
  });
}

Deno.test("run --notify makes the pod, and later wakes it, without a user's turn", async () => {
  await using site = await Site.create();
  for (const message of ["one", "two"]) {
    const { code, stdout } = await site.run(wake(message));
    deepEqual([code, stdout], [0, `you said: ${message}\n`]);
  }
  deepEqual(await story(site), ["told one", "run_completed", "told two", "run_completed"]);
  match(JSON.stringify(site.model.requests[1]?.body.messages), /one.*you said: one.*two/);
  deepEqual((await site.run(["ls"])).stdout, "");
});

Deno.test("run --notify of a live pod prints its turn, and leaves it live", async () => {
  await using site = await Site.create();
  await using pod = await site.serve("x");
  const finished = await site.run(wake("ping", "-o", "stream-json"));
  const events = eventsOf(finished).map(({ event, data }) =>
    `${event} ${data?.kind ?? data?.status}`
  );
  deepEqual([events[0], events.includes("invoke_start notify"), events.at(-1)], [
    "status running",
    true,
    "status idle",
  ]);
  const { result, text, turns, pod: name, session_id } = lastReportOf(finished);
  deepEqual([result, text, turns, name], ["finished", "you said: ping", 1, "x"]);
  equal(session_id, (await site.workspace.entries())[0]?.session_id);
  using client = await site.connect("x");
  equal(client.snapshot.data.status, "idle");
  pod.kill("SIGTERM");
  equal((await pod.finished).code, 0);
});

Deno.test("run --notify of a pod that is busy follows the turn in which the model is told", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  await client.send(userInput("wait for it"));
  await hearUntil(client, "llm_call_start");
  await using after = site.spawn(wake("ping"));
  await queued(site);
  await site.model.release();
  const { code, stdout } = await after.finished;
  deepEqual([code, stdout], [0, "you said: ping\n"]);

  await client.send(userInput("wait-and-work"));
  await hearUntil(client, "invoke_start user_send");
  await using within = site.spawn(wake("pong", "-o", "stream-json"));
  const count = async () =>
    (await site.workspace.entries()).filter(({ domain }) => domain === "pod.notification").length;
  await eventually("the second notification is on disk", async () => await count() === 2);
  await site.model.release();
  const finished = await within.finished;
  equal(eventsOf(finished)[0]?.event, "system_item");
  equal(lastReportOf(finished).text, "you said: pong");
  deepEqual(await story(site), [
    "asked wait for it",
    "run_completed",
    "told ping",
    "run_completed",
    "asked wait-and-work",
    "told pong",
    "run_completed",
  ]);
});

Deno.test("run --notify of a paused pod, live or not, leaves the message for later and exits 4", async () => {
  await using site = await Site.create();
  {
    await using pod = await site.serve("x");
    using client = await site.connect("x");
    await stall(client);
    await client.send({ method: "pause" });
    await hearUntil(client, "status paused");
    const live = await site.run(wake("ping", "-o", "json"));
    deepEqual([live.code, reportOf(live).result], [4, "paused"]);
    match(live.stderr, /pod `x` is paused; the model is told when it goes on/);
    pod.kill("SIGTERM");
    await pod.finished;
  }
  const stopped = await site.run(wake("pong", "-o", "json"));
  deepEqual([stopped.code, reportOf(stopped).result], [4, "paused"]);
  match(stopped.stderr, /pod `x` is paused; the model is told when it goes on/);

  await using _pod = await site.serve("x");
  equal((await site.run(["resume", "x"])).code, 0);
  await eventually("both are told", async () => {
    const told = (await story(site)).filter((line) => line.startsWith("told"));
    return told.join() === "told ping,told pong";
  });
});

Deno.test("of one-shots that wake one pod at once, each is heard once, and one of them has the pod", async () => {
  await using site = await Site.create();
  const messages = ["one", "two", "three"];
  const ends = await Promise.all(messages.map((message) => site.run(wake(message))));
  for (const { code, stdout, stderr } of ends) {
    equal(code, 0, stderr);
    match(stdout, /^you said: (one|two|three)\n$/);
  }
  const told = (await story(site)).filter((line) => line.startsWith("told"));
  deepEqual(told.sort(), ["told one", "told three", "told two"]);
});

Deno.test("a one-shot that was told something in its last breath does that too, and prints its own", async () => {
  await using site = await Site.create();
  await using first = site.spawn(["run", "--name", "x", "wait for it"]);
  await eventually("the first one is at work", () => site.model.requests.length === 1);
  await using second = site.spawn(wake("ping"));
  await queued(site);
  await site.model.release();
  const ends = await Promise.all([first.finished, second.finished]);
  deepEqual(ends.map(({ code, stdout }) => [code, stdout]), [
    [0, "you said: wait for it\n"],
    [0, "you said: ping\n"],
  ]);
});

Deno.test("run --name of a live pod is an input of that pod, with the answer checked as ever", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  const schema = '{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}';
  await site.workspace.write("schema.json", schema);
  const run = ["run", "--name", "x"];
  const { code, stdout, stderr } = await site.run(
    [...run, "--output-schema", "schema.json", "--max-turns", "7", "hello"],
  );
  deepEqual([code, stdout], [0, '{"n":1}\n'], stderr);
  match(stderr, /^! pod `x` is running already; without effect on it: --max-turns\n/);
  deepEqual((await story(site)).map((line) => line.split(" ", 2).join(" ")), [
    "asked hello",
    "run_completed",
    "asked Your",
    "run_completed",
  ]);

  const scope = await site.run([...run, "--allow-write", ".", "hello"]);
  deepEqual([scope.code, scope.stdout], [2, ""]);
  match(scope.stderr, /`x` is running with a scope of its own/);
});

Deno.test("SIGINT cancels the turn that a run has asked for, and lets those of others be", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  await using own = site.spawn(["run", "--name", "x", "stall"]);
  await own.printed(/an answer/);
  own.kill("SIGINT");
  const cancelled = await own.finished;
  equal(cancelled.code, 130);
  match(cancelled.stderr, /\npod: error: interrupted \(SIGINT\)\n$/);
  await hearUntil(client, "error internal: Cancelled");

  await client.send(userInput("wait for it"));
  await hearUntil(client, "llm_call_start");
  await using joined = site.spawn(wake("ping"));
  await queued(site);
  joined.kill("SIGINT");
  equal((await joined.finished).code, 130);
  await site.model.release();
  equal((await hearUntil(client, "run_end")).at(-1), "run_end finished");
});

Deno.test("a run waits for a pod of its name that is about to end, and then takes its place", async () => {
  await using site = await Site.create();
  const ending = await PodServer.listen({
    path: site.socket("x"),
    prelude: () => [snapshotEvent("")],
    onError: (error) => {
      throw error;
    },
    onMethod: ({ id = 0 }, client) => {
      const data = { code: "internal", message: "Pod is shutting down" } as const;
      client.send({ event: "error", data, reply_to: id });
      void ending.close();
    },
  });
  const { code, stdout, stderr } = await site.run(["run", "--name", "x", "hello"]);
  deepEqual([code, stdout], [0, "you said: hello\n"], stderr);
  match(stderr, /^! another process is starting or ending this pod; waiting for it\n/);
});

Deno.test("run --notify has one message, and no prompt beside it", async () => {
  await using site = await Site.create();
  const [both, blank] = await Promise.all([
    site.run([...wake("ping"), "hello"]),
    site.run(wake(" ")),
  ]);
  deepEqual([both.code, blank.code], [2, 2]);
  match(both.stderr, /--notify has its own message; leave the prompt out/);
  match(blank.stderr, /the message of --notify is empty/);
});
