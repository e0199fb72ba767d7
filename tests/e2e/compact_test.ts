import { hearUntil, userInput } from "../controller/hear.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { TERMINAL } from "../support/start_through.ts";
import { segmentPaths } from "../support/session_files.ts";
import { ask, Site } from "./site.ts";

const CTRL_C = "\x03";
const AS_IT_WAS = "1 pod: error: the conversation is as it was: the compaction";

/** A pod `x` that can be compacted after its first turn. */
async function open(): Promise<Site> {
  const site = await Site.create();
  await site.writeManifest("retained_tokens = 0");
  equal(await ask(site, "start", "--manifest", "pod.toml"), `0 ${site.socket("x")}`);
  return site;
}

Deno.test("compact: 0 when it is done, 1 with what the pod says when there is nothing to do", async () => {
  await using site = await open();
  equal(
    await ask(site, "compact"),
    "1 pod: error: manual compact skipped: no conversation history to compact",
  );
  await ask(site, "send", "hello", "--wait");
  match(
    await ask(site, "compact"),
    /^0 \[compacted: .*\]\n\[what was before is kept: `pod stop x; pod start x --session [-\w]{36}` goes back there\]$/,
  );
});

Deno.test("30.13-12 40.11-W23 compact: a cancel or a pause from elsewhere ends it, and each is told what came of it", async () => {
  await using site = await open();
  await ask(site, "send", "SUM UP LATER", "--wait");
  for (const control of ["cancel", "pause"]) {
    using client = await site.connect("x");
    const asked = ask(site, "compact");
    await hearUntil(client, "compact_start");
    const told = await ask(site, control);
    equal(await asked, `${AS_IT_WAS} was stopped`);
    equal(
      told,
      control === "cancel"
        ? "0"
        : "1 pod: error: there is nothing to resume: what it did was stopped for good",
    );
    await hearUntil(client, "status idle");
  }
});

Deno.test("compact: Ctrl-C leaves the pod to it, and says how to stop it", async () => {
  await using site = await open();
  await ask(site, "send", "SUM UP LATER", "--wait");
  using client = await site.connect("x");
  await using asked = site.spawn(["compact", "x"], { through: TERMINAL, stdin: "open" });
  await hearUntil(client, "compact_start");
  await asked.printed(/compacting: a summary is being written/);
  await asked.type(CTRL_C);
  const { code, stdout } = await asked.finished;
  equal(code, 130);
  match(stdout, /\[pod `x` goes on compacting; `pod cancel x` stops that\]\s*$/);
  await site.model.release();
  await hearUntil(client, "compact_done");
});

Deno.test("30.13-23 compact: what fails is told, before it has begun too, and the pod goes on as it was", async () => {
  await using site = await open();
  await ask(site, "send", "SUM UP NEVER", "--wait");
  match(await ask(site, "compact"), new RegExp(`^${AS_IT_WAS} failed: .*: no$`));

  // Somebody else's line has the pod go on in a new segment, for which there is no room.
  const [path = ""] = await segmentPaths(`${site.workspace.home}/sessions`);
  await Deno.writeTextFile(path, '{"kind":"turn_end","ts":1,"turn_count":1}\n', { append: true });
  const directory = path.slice(0, path.lastIndexOf("/"));
  await Deno.rename(directory, `${directory}.away`);
  await Deno.writeTextFile(directory, "");
  match(await ask(site, "compact"), new RegExp(`^${AS_IT_WAS} failed: I/O error: `));
  await Deno.remove(directory);
  await Deno.rename(`${directory}.away`, directory);

  using client = await site.connect("x");
  await client.send(userInput("go on"));
  equal((await hearUntil(client, "status idle")).at(-2), "run_end finished");
});

Deno.test("30.12-18 compact: killed in its middle, the pod comes back as it was and can be compacted", async () => {
  await using site = await open();
  await ask(site, "send", "SUM UP LATER", "--wait");
  const before = (await site.workspace.entries()).length;
  using client = await site.connect("x");
  const { pid } = JSON.parse((await site.run(["ls", "--json"])).stdout)[0];
  const asked = ask(site, "compact");
  await hearUntil(client, "compact_start");
  await site.model.request(1);
  Deno.kill(pid, "SIGKILL");
  match(await asked, /^1 pod: error: pod `x` went away; /);
  equal((await site.workspace.entries()).length, before);
  equal(await ask(site, "start"), `0 ${site.socket("x")}`);
  const again = ask(site, "compact");
  await site.model.release();
  await site.model.release();
  match(await again, /^0 \[compacted: /);
});

Deno.test("30.13-29 30.14-26 40.12-28 after a compaction everything that names the pod's segment names the new one", async () => {
  await using site = await Site.create();
  await site.writeManifest("retained_tokens = 0\nthreshold = 1");
  await using _pod = await site.serve("x", "--manifest", "pod.toml");
  await ask(site, "send", "hello", "--wait");
  using client = await site.connect("x");
  await client.send(userInput("wait here"));
  const heard = await hearUntil(client, "llm_call_start");
  const done = heard.find((line) => line.startsWith("compact_done"));
  const { home } = site.workspace;
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(`${home}/${path}`));
  const { segment_id, state } = await read("run/x/status.json");
  const paths = await segmentPaths(`${home}/sessions`);
  deepEqual([state, paths.map((path) => path.includes(segment_id))], ["running", [false, true]]);
  ok(done !== undefined);
  equal((await read("pods/x/metadata.json")).active.segment_id, segment_id);
  const table = await read("run/pods.json");
  ok(JSON.stringify(table).includes(segment_id));
  using late = await site.connect("x");
  const [start] = late.snapshot.data.entries;
  ok(start?.kind === "segment_start");
  ok(paths[0]?.includes(start.compacted_from?.segment_id ?? "none"));
  await site.model.release();
  await hearUntil(client, "status idle");
});
