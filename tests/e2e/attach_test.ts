import { deepEqual, equal, match, ok } from "../support/assert.ts";
import type { PodProcess } from "../support/pod_process.ts";
import { TERMINAL } from "../support/start_through.ts";
import { ask, Site, stall } from "./site.ts";

/** The key that a terminal turns into SIGINT. */
const CTRL_C = "\x03";
const CTRL_D = "\x04";

/** Somebody at a terminal who sees how the pod `x` is. */
async function attach(site: Site): Promise<PodProcess> {
  const env = { NO_COLOR: "1" };
  const process = site.spawn(["attach", "x"], { through: TERMINAL, stdin: "open", env });
  await process.printed(/\[x is \w+; Ctrl-C pauses it/);
  return process;
}

Deno.test("attach: what is typed at one terminal is seen at all, each thing once", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  await using first = await attach(site);
  await using second = await attach(site);
  await first.type("hello\n");
  await Promise.all([first, second].map((one) => one.printed(/you said: hello\s+\[finished\]/)));
  await second.type("wait here\n");
  await first.printed(/> wait here/);
  await using late = await attach(site);
  await late.printed(/> hello\s+you said: hello\s+> wait here\s+\[x is running/);
  await site.model.release();
  const all = [first, second, late];
  await Promise.all(all.map((one) => one.printed(/you said: wait here\s+\[finished\]/)));

  for (const one of all) await one.type(CTRL_D);
  for (const { code, stdout } of await Promise.all(all.map((one) => one.finished))) {
    equal(code, 0);
    match(stdout, /\[detached from x\]\s*$/);
    equal(stdout.match(/you said: hello/g)?.length, 1);
    equal(stdout.match(/you said: wait here/g)?.length, 1);
  }
  const [typed = "", seen = ""] = (await Promise.all([first.finished, second.finished]))
    .map(({ stdout }) => stdout);
  // A terminal shows what is typed there; the pod's own copy of it is for the others.
  equal(typed.match(/> hello/g), null);
  equal(seen.match(/> hello/g)?.length, 1);
});

Deno.test("attach: who comes in the middle of an answer gets its first half too", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  await stall(client);
  await using late = await attach(site);
  await late.printed(/> stall\s+half an answer\s+\[x is running/);
});

Deno.test("attach: Ctrl-C pauses, the second leaves; a later turn can be paused again", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  using client = await site.connect("x");
  await using one = await attach(site);
  await one.type("stall\n");
  await one.printed(/half an answer/);
  await one.type(CTRL_C);
  await one.printed(/answer\^C\r\n\[pausing; Ctrl-C again leaves\]\s+\[paused\]/);
  await client.send({ method: "resume" });
  await one.printed(/half an answer[^]+half an answer/);
  await one.type(CTRL_C);
  await one.printed(/\[paused\][^]*\[paused\]/);
  await one.type(CTRL_C);
  const { code, stdout } = await one.finished;
  equal(code, 0);
  match(stdout, /\[detached from x\]\s*$/);
  using after = await site.connect("x");
  equal(after.snapshot.data.status, "paused");

  await using idle = await attach(site);
  await idle.type(CTRL_C);
  await idle.printed(/\[nothing is running; Ctrl-C again leaves\]/);
  await idle.type(CTRL_C);
  equal((await idle.finished).code, 0);
});

Deno.test("attach: a pipe is left when the pod has taken, or refused, what came through it", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  const taken = await site.run(["attach", "x"], { stdin: "\nwait for me" });
  deepEqual([taken.code, taken.stdout], [0, "\n> wait for me\n"]);
  const inputs = (await site.workspace.entries()).filter(({ kind }) => kind === "user_input");
  deepEqual(inputs.map(({ segments }) => segments), [[{ kind: "text", content: "wait for me" }]]);

  const refused = await site.run(["attach", "x"], { stdin: "too early\n" });
  equal(refused.code, 1);
  match(refused.stderr, /\[not taken: Pod is already executing a turn\]\n\[detached from x\]\n$/);
});

Deno.test("attach: nothing that anybody says can control the terminal", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  await using watching = await attach(site);
  const evil = "a\x1b[2Jb\x1b]0;title\x07c\rd";
  equal((await site.run(["send", "x", evil, "--wait"])).code, 0);
  equal((await site.run(["notify", "x", evil])).code, 0);
  await watching.printed(/\[Notification\] abcd\s+you said: abcd\s+\[finished\]/);
  await using late = await attach(site);
  for (const one of [watching, late]) {
    await one.type(CTRL_D);
    const { stdout } = await one.finished;
    match(stdout, /> abcd\s+you said: abcd/);
    ok(!stdout.includes("\x1b"));
  }
});

Deno.test("attach: a pod that is stopped ends it well, one that is killed does not", async () => {
  await using site = await Site.create();
  {
    await using _pod = await site.serve("x");
    await using one = await attach(site);
    equal((await site.run(["stop", "x"])).code, 0);
    const { code, stdout } = await one.finished;
    equal(code, 0);
    match(stdout, /\[the pod has ended\]\s*$/);
  }
  await using pod = await site.serve("x");
  await using one = await attach(site);
  pod.kill("SIGKILL");
  const { code, stdout } = await one.finished;
  equal(code, 1);
  match(stdout, /pod: error: pod `x` went away; /);
});

Deno.test("attach: what others do to the conversation is seen: it is compacted, that is stopped, it goes back", async () => {
  await using site = await Site.create();
  await site.writeManifest("retained_tokens = 0");
  await using _pod = await site.serve("x", "--manifest", "pod.toml");
  await using watching = await attach(site);
  for (const input of ["SUM UP LATER", "second\nline"]) await ask(site, "send", input, "--wait");
  const stopped = ask(site, "compact");
  await watching.printed(/\[compacting: a summary is being written\]\s*$/);
  await site.model.request(2);
  equal(await ask(site, "cancel"), "0");
  await stopped;
  await watching.printed(/\[the compaction was stopped; the conversation is as it was\]/);
  equal((await site.run(["rewind", "x", "--to", "2"])).code, 0);
  await watching.printed(/\[rewound: the conversation goes on from before "second"\]\s*$/);
  const asked = ask(site, "compact");
  await site.model.release();
  await site.model.release();
  await asked;
  await watching.printed(/\[compacted: the model goes on with a summary of the older part\]\s*$/);
});
