import type { InputSources } from "../../lib/context/mod.ts";
import type { InputSegment, Method } from "../../lib/protocol/mod.ts";
import { replay } from "../../lib/session/mod.ts";
import { document } from "../context/workflows/workspace.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { FileWorkspace } from "../tools/file_workspace.ts";
import { half } from "./hanging_tool.ts";
import { hear, hearUntil, inShort, userInput } from "./hear.ts";

const NOTES: InputSegment = { kind: "file_ref", path: "notes.md" };
const said = (content: string): InputSegment => ({ kind: "text", content });
const invoked = (slug: string): InputSegment => ({ kind: "workflow_invoke", slug });

function run(...input: InputSegment[]): Method {
  return { method: "run", params: { input } };
}

/** What input can refer to in a workspace. */
function inputsIn({ files, ws: cwd }: FileWorkspace): InputSources {
  const workflows = {
    workflowDirectory: `${cwd}/.pod/workflow`,
    knowledgeDirectory: `${cwd}/.pod/knowledge`,
    skillRoots: [],
  };
  return { files, cwd, maxBytes: 1000, workflows };
}

Deno.test("10.15-15 40.12-9 clients hear of a file behind the message, when all of it is on disk", async () => {
  await using workspace = await FileWorkspace.create({ files: { "notes.md": "alpha\n" } });
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using client = await served.connect();
  await client.send(run(said("see "), NOTES));
  deepEqual((await hearUntil(client, "turn_start")).slice(2), [
    "invoke_start user_send",
    "user_message see @notes.md",
    "system_item file_attachment",
    "turn_start 0",
  ]);
  await hearUntil(client, "status idle");
  deepEqual(inShort(model.requests[0]?.items), [
    "user: see @notes.md",
    "system: [File: notes.md]\nalpha\n",
  ]);
  const at = (start: string) => served.story.findIndex((line) => line.startsWith(start));
  ok(at('L: {"kind":"user_input"') < at('L: {"kind":"system_item"'));
  ok(at('L: {"kind":"system_item"') < at('S< {"event":"invoke_start"'));
});

Deno.test("10.15-16 30.14-15 40.12-11 40.12-13 what leads nowhere is an alert, and stays in the text", async () => {
  await using workspace = await FileWorkspace.create();
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using client = await served.connect();
  const unknown = JSON.parse('{"kind":"image_ref","url":"x"}');
  await client.send(run(said("see "), { kind: "file_ref", path: "src/lib.rs" }, unknown));
  const heard = await hearUntil(client, "status idle");
  deepEqual(heard.filter((line) => line.startsWith("alert")), [
    "alert warn pod: file ref @src/lib.rs could not be resolved: " +
    `file not found: ${workspace.ws}/src/lib.rs`,
    "alert warn pod: received unknown segment kind from a newer client; passed to LLM as placeholder",
  ]);
  equal(heard.at(-2), "run_end finished");
  deepEqual(inShort(model.requests[0]?.items), ["user: see @src/lib.rs[unknown input segment]"]);
  ok(served.entries().every(({ kind }) => kind !== "system_item"));
});

const REFUSED: Readonly<Record<string, string>> = {
  nope: "workflow /nope is not registered",
  closed: "workflow /closed is not user-invocable",
  lost: "workflow /lost requires missing Knowledge slug `gone`",
};

Deno.test("10.7.11 10.15-17 30.14-14 40.12-14 40.12-15 a workflow that cannot be: one error to the sender, idle or paused", async () => {
  await using workspace = await FileWorkspace.create({
    files: {
      ".pod/workflow/closed.md": document({ description: "d", user_invocable: false }),
      ".pod/workflow/lost.md": document({ description: "d", requires: ["gone"] }),
    },
  });
  const model = new EventModel(half("half"), answer(text("resumed")));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using client = await served.connect();
  using bystander = await served.connect();
  /** Entries and events for all; a parent may be told. */
  const told = () => served.story.filter((line) => !line.startsWith("U> ")).length;
  const refuseAll = async () => {
    const before = told();
    for (const [slug, why] of Object.entries(REFUSED)) {
      await client.send(run(said("go "), invoked(slug)));
      equal(await hear(client), `error invalid_request: workflow invocation failed: ${why}`);
    }
    equal(told(), before);
  };
  await refuseAll();
  deepEqual([served.pod.status, served.entries()], ["idle", []]);
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await refuseAll();
  equal(served.pod.status, "paused");
  await client.send({ method: "resume" });
  await hearUntil(client, "run_end finished");
  deepEqual(inShort(served.pod.history), ["user: go", "assistant: resumed"]);
  const heard = await hearUntil(bystander, "run_end finished");
  ok(heard.every((line) => !line.startsWith("error")));
});

Deno.test("10.15-23 40.11-W9 40.12-16 a cancel in one write with the run takes its attachments back", async () => {
  await using workspace = await FileWorkspace.create({ files: { "notes.md": "alpha" } });
  const model = new EventModel(answer(text("ok")));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using client = await served.connect();
  await Promise.all([client.send(run(NOTES)), client.send({ method: "cancel" })]);
  deepEqual((await hearUntil(client, "status idle")).slice(-2), [
    "run_end rolled_back",
    "status idle",
  ]);
  deepEqual(served.pod.history, []);
  await client.send(userInput("go"));
  await hearUntil(client, "run_end finished");
  deepEqual(inShort(model.requests[0]?.items), ["user: go"]);
});

Deno.test("40.12-22 10.15-40 the log holds what the model was shown; a fork takes the attachments along", async () => {
  await using workspace = await FileWorkspace.create({ files: { "notes.md": "alpha" } });
  const model = new EventModel(answer(text("one")), answer(text("two")));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using client = await served.connect();
  await client.send(run(NOTES));
  await hearUntil(client, "status idle");
  const shown = ["user: @notes.md", "system: [File: notes.md]\nalpha"];
  deepEqual(inShort(model.requests[0]?.items), shown);
  deepEqual(replay(served.entries()).history, served.pod.history);

  const foreign = { kind: "extension", ts: 1, domain: "foreign", payload: null };
  const path = served.store.segmentPath(served.sessionId, served.segmentId);
  await Deno.writeTextFile(path, `${JSON.stringify(foreign)}\n`, { append: true });
  await client.send(run(NOTES));
  await hearUntil(client, "status idle");
  using late = await served.connect();
  const { entries } = late.snapshot.data;
  const [start] = entries;
  ok(start?.kind === "segment_start" && start.forked_from !== undefined);
  deepEqual(inShort(start.history), [...shown, "assistant: one"]);
  deepEqual(replay(entries).history, served.pod.history);
  deepEqual(inShort(model.requests[1]?.items), [...shown, "assistant: one", ...shown]);
});

Deno.test("10.15-41 going back before an input gives its segments back and takes its attachments away", async () => {
  await using workspace = await FileWorkspace.create({ files: { "notes.md": "alpha" } });
  const model = new EventModel(answer(text("one")), answer(text("two")));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using client = await served.connect();
  await client.send(userInput("first"));
  await hearUntil(client, "status idle");
  const input = [said("see "), NOTES];
  await client.send(run(...input));
  await hearUntil(client, "status idle");
  await client.send({ method: "list_rewind_targets" });
  const listed = await client.receive();
  if (listed?.event !== "rewind_targets") throw new Error(`got ${listed?.event}`);
  const { head_entries, targets: [newest] } = listed.data;
  if (newest === undefined) throw new Error("no target");
  const params = { target: newest.id, expected_head_entries: head_entries };
  await client.send({ method: "rewind_to", params });
  const applied = await client.receive();
  if (applied?.event !== "rewind_applied") throw new Error(`got ${applied?.event}`);
  deepEqual(applied.data.input, input);
  ok(applied.data.entries.every(({ kind }) => kind !== "system_item"));
  deepEqual(inShort(served.pod.history), ["user: first", "assistant: one"]);
});

Deno.test("10.15-45 40.12-23 completions while a turn runs, for the client that asks alone", async () => {
  const many = Array.from({ length: 120 }, (_, index) => `src/many${index}`);
  await using workspace = await FileWorkspace.create({
    files: {
      ...Object.fromEntries(many.map((path) => [path, ""])),
      "src/main.ts": "",
      "src/main/x": "",
      "denied/a": "",
      ".hidden": "",
    },
    deny: { "ws/denied": "read" },
  });
  const model = new EventModel(half("half"));
  await using served = await ServedPod.start({ model, inputs: inputsIn(workspace) });
  using bystander = await served.connect();
  using client = await served.connect();
  await client.send(userInput("go"));
  for (const each of [client, bystander]) await hearUntil(each, "text_delta");
  const complete = async (prefix: string) => {
    const id = `for ${prefix}`;
    await client.send({ method: "list_completions", params: { kind: "file", prefix }, id });
    const event = await client.receive();
    if (event?.event !== "completions") throw new Error(`got ${event?.event}`);
    deepEqual([event.reply_to, event.data.kind], [id, "file"]);
    return event.data.entries.map(({ value, is_dir }) => is_dir ? `${value}/` : value);
  };
  deepEqual(await complete(""), ["src/", ".hidden"]);
  deepEqual(await complete("src/ma"), ["src/main/", "src/main.ts", ...many.sort().slice(0, 98)]);
  deepEqual(await complete("src/mai"), ["src/main/", "src/main.ts"]);
  deepEqual(await complete("denied/"), []);
  equal(served.pod.status, "running");
  await client.send({ method: "cancel" });
  equal(await hear(bystander), "llm_call_end 0");
});
