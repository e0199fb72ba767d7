import { PodError } from "../../lib/base/mod.ts";
import { resolveInput } from "../../lib/context/mod.ts";
import type { PodParts } from "../../lib/pod/mod.ts";
import type { InputSegment } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { FileWorkspace } from "../tools/file_workspace.ts";
import { at, Bench, brief, names } from "./support.ts";

const NO_WORKFLOWS = { workflowDirectory: null, knowledgeDirectory: null, skillRoots: [] };

const INPUT: readonly InputSegment[] = [
  { kind: "text", content: "see " },
  { kind: "file_ref", path: "notes.md" },
  { kind: "text", content: " and " },
  { kind: "file_ref", path: "none" },
];

function resolver({ files, ws }: FileWorkspace): PodParts["resolveInput"] {
  return (segments, signal) =>
    resolveInput(segments, { files, cwd: ws, maxBytes: 1000, workflows: NO_WORKFLOWS }, signal);
}

const notes = () => FileWorkspace.create({ files: { "notes.md": "alpha\n" } });

const live = () => new AbortController().signal;

Deno.test("40.12-9 10.15-15 a file follows the input: in the log, among the events, in the request", async () => {
  await using workspace = await notes();
  const model = new EventModel(answer(text("ok")));
  using bench = await Bench.open({ model, resolveInput: resolver(workspace) });
  const story = await bench.tell(() => bench.pod.run(INPUT, live()));
  const begin = story.findIndex((line) => line.startsWith("L invoke"));
  deepEqual(names(story.slice(begin, begin + 8)), [
    "L invoke",
    "L user_input",
    "L system_item",
    "S invoke_start",
    "S user_message",
    "S alert",
    "S system_item",
    "S turn_start",
  ]);
  deepEqual(brief(model.requests[0]?.items ?? []), [
    "user: see @notes.md and @none",
    "system: [File: notes.md]\nalpha\n",
  ]);
  bench.assertWhole();
});

Deno.test("40.12-16 a run that is taken back takes its attachments with it", async () => {
  await using workspace = await notes();
  const model = new EventModel(answer(text("one")), answer(text("two")));
  using bench = await Bench.open({ model, resolveInput: resolver(workspace) });
  await bench.run("go");
  const before = bench.entries();
  const history = [...bench.pod.history];
  const stop = new AbortController();
  bench.onEvent = ({ event }) => event === "llm_call_start" && stop.abort("cancel");
  deepEqual(await bench.pod.run(INPUT, stop.signal), { result: "rolled_back" });
  deepEqual([bench.entries(), bench.pod.history], [before, history]);
  bench.assertWhole();
});

Deno.test("40.11-W38 30.13-9 30.13-11 a refused input leaves no trace, also not of the run before", async () => {
  const resolveInput = () => Promise.reject(new PodError("invalid_request", "no such workflow"));
  const model = new EventModel(answer(text("half")));
  using bench = await Bench.open({ model });
  await bench.run("go", at("text_delta", "pause"));
  using refusing = await Bench.open({
    model,
    resolveInput,
    logText: Deno.readTextFileSync(bench.path),
    sessionId: bench.parts.sessionId,
  });
  const before = refusing.entries();
  await rejects(() => refusing.pod.run(INPUT, live()), /no such workflow/);
  deepEqual([refusing.entries(), refusing.events], [before, []]);
  equal(refusing.pod.status, "paused");
});

for (const intent of ["cancel", "pause"] as const) {
  Deno.test(`40.12-16 ${intent} while references are looked up: as if nothing had been said`, async () => {
    await using workspace = await notes();
    const stop = new AbortController();
    const resolveInput: PodParts["resolveInput"] = (segments, signal) => {
      stop.abort(intent);
      return resolver(workspace)?.(segments, signal) ?? Promise.reject();
    };
    using bench = await Bench.open({ model: new EventModel(), resolveInput });
    deepEqual(await bench.pod.run(INPUT, stop.signal), { result: "rolled_back" });
    deepEqual([bench.eventNames(), bench.entries()], [["run_end", "status"], []]);
    equal(bench.pod.status, "idle");
  });
}

Deno.test("a shutdown while references are looked up keeps what was accepted", async () => {
  await using workspace = await notes();
  const stop = new AbortController();
  const resolveInput: PodParts["resolveInput"] = (segments, signal) => {
    stop.abort("shutdown");
    return resolver(workspace)?.(segments, signal) ?? Promise.reject();
  };
  using bench = await Bench.open({ model: new EventModel(), resolveInput });
  await bench.pod.run(INPUT, stop.signal);
  deepEqual(brief(bench.replayed().history), ["user: see @notes.md and @none"]);
});
