import type { Method } from "../../lib/protocol/mod.ts";
import { hearUntil } from "../controller/hear.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { eventsOf, lastReportOf, reportOf } from "../support/run_output.ts";
import { Site } from "./site.ts";

const BUSY = "pod `x` refused: Pod is already executing a turn (`pod cancel x` stops that)";

/** The inputs that a pod has in its log. */
async function inputs({ workspace }: Site): Promise<unknown[]> {
  const entries = await workspace.entries();
  return entries.filter(({ kind }) => kind === "user_input").map(({ segments }) => segments);
}

Deno.test("send: each of several senders at once follows its own turn, or is told that it has none", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  const send = ["send", "x", "the same", "-o", "json"];
  const ends = await Promise.all([1, 2, 3, 4].map(() => site.run(send)));
  const reports = ends.map(reportOf);
  const taken = reports.filter(({ result }) => result === "finished");
  deepEqual(
    new Set(taken.map(({ text, exit_code }) => [text, exit_code].join())),
    new Set(["you said: the same,0"]),
  );
  for (const { result, exit_code, error, text } of reports.filter((one) => !taken.includes(one))) {
    deepEqual([result, exit_code, error, text], [
      "failed",
      1,
      { code: "already_running", message: BUSY },
      "",
    ]);
  }
  equal((await inputs(site)).length, taken.length);
});

Deno.test("send: without --wait it ends when the input is on disk, with it at the end of the turn", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  const { code, stdout, stderr } = await site.run(["send", "x", "wait", "for", "me"]);
  deepEqual([code, stdout, stderr], [0, "", ""]);
  deepEqual(await inputs(site), [[{ kind: "text", content: "wait for me" }]]);

  const refused = await site.run(["send", "x", "too early"]);
  deepEqual([refused.code, refused.stdout], [1, ""]);
  equal(refused.stderr, `pod: error: ${BUSY}\n`);
  await site.model.release();
  deepEqual((await hearUntil(client, "status idle")).at(-2), "run_end finished");

  await using following = site.spawn(["send", "x", "-", "--wait"], { stdin: "wait again" });
  await site.model.release();
  const followed = await following.finished;
  deepEqual([followed.code, followed.stdout], [0, "you said: wait again\n"]);
  match(followed.stderr, /^finished · 1 turn · /);
});

Deno.test("send --wait shows what `pod run` shows", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  const finished = await site.run(["send", "x", "hello", "-o", "stream-json"]);
  const events = eventsOf(finished);
  deepEqual([events[0], events.at(-1)], [
    { event: "status", data: { status: "running" } },
    { event: "status", data: { status: "idle" } },
  ]);
  const { session_id, segment_id, text, turns } = lastReportOf(finished);
  deepEqual([text, turns, typeof segment_id], ["you said: hello", 1, "string"]);
  equal(session_id, (await site.workspace.entries())[0]?.session_id);
});

/** How a turn can end, and what is done to it for that, when half of its answer is there. */
const ENDINGS: readonly {
  readonly input: string;
  readonly method?: Method;
  readonly result: string;
  readonly code: number;
  readonly error?: string;
}[] = [
  { input: "work", result: "limit_reached", code: 3 },
  { input: "fail", result: "failed", code: 1, error: "provider_error" },
  { input: "stall", method: { method: "pause" }, result: "paused", code: 4 },
  { input: "stall", method: { method: "cancel" }, result: "failed", code: 1, error: "internal" },
];

Deno.test("send --wait exits like `pod run`", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x", "--max-turns", "1");
  using client = await site.connect("x");
  for (const { input, method, result, code, error } of ENDINGS) {
    await using sending = site.spawn(["send", "x", input, "-o", "json"]);
    if (method !== undefined) {
      await hearUntil(client, "text_delta an answer");
      await client.send(method);
    }
    const report = reportOf(await sending.finished);
    deepEqual([report.result, report.exit_code, report.error?.code], [result, code, error]);
  }
});

Deno.test("send: a pod that goes away in the middle is told from one that has finished", async () => {
  await using site = await Site.create();
  await using pod = await site.serve("x");
  await using sending = site.spawn(["send", "x", "stall", "--wait"]);
  await sending.printed(/an answer/);
  pod.kill("SIGKILL");
  const { code, stdout, stderr } = await sending.finished;
  deepEqual([code, stdout], [1, "half an answer\n"]);
  match(stderr, /\npod: error: pod `x` went away; `pod ls` lists /);
});

Deno.test("send: whoever stops watching does not stop the pod", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  await using sending = site.spawn(["send", "x", "stall", "-o", "stream-json"]);
  await sending.printed(/an answer/);
  sending.kill("SIGINT");
  const stopped = await sending.finished;
  deepEqual([stopped.code, lastReportOf(stopped).result], [130, "cancelled"]);

  await client.send({ method: "cancel" });
  await hearUntil(client, "error internal: Cancelled");
  await using wait = site.spawn(["send", "x", "wait for me", "--wait"]);
  await hearUntil(client, "user_message wait for me");
  wait.kill("SIGTERM");
  equal((await wait.finished).code, 143);
  await site.model.release();
  equal((await hearUntil(client, "run_end")).at(-1), "run_end finished");
});
