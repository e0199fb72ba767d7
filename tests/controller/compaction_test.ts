import { BUILTIN_PROMPTS } from "../../lib/context/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { answer, call, EventModel, text, usage } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { compactionSettings } from "../context/compaction/stage.ts";
import { SILENT } from "../pod/hanging.ts";
import { FileWorkspace } from "../tools/file_workspace.ts";
import { hear, hearUntil, userInput } from "./hear.ts";

const SUMMARY = answer(call("s1", "write_summary", '{"text":"what was done"}'));

function compaction(summariser: EventModel, files: FileWorkspace) {
  return {
    settings: compactionSettings({ retained_tokens: 0 }),
    model: summariser,
    prompts: BUILTIN_PROMPTS,
    files,
  };
}

function longAnswer() {
  return answer(text("one")).map((event) => event.type === "usage" ? usage(500, 5) : event);
}

Deno.test("10.15-40 whoever is attached sees a compaction, who comes later the new segment", async () => {
  await using files = await FileWorkspace.create();
  await using served = await ServedPod.start({
    model: new EventModel(longAnswer()),
    compaction: compaction(new EventModel(SUMMARY, answer(text("ok"))), files),
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  await client.send({ method: "compact" });
  deepEqual(await hearUntil(client, "status idle"), [
    "status running",
    "compact_start",
    "segment_rotated",
    "compact_done",
    "status idle",
  ]);
  using late = await served.connect();
  const [start] = late.snapshot.data.entries;
  equal(start?.kind === "segment_start" && start.compacted_from !== undefined, true);
});

Deno.test("40.11-W23 40.11-W30 10.5 a compaction is a visible state: it refuses runs, takes notes, and can be cancelled", async () => {
  await using files = await FileWorkspace.create();
  await using served = await ServedPod.start({
    model: new EventModel(longAnswer(), answer(text("noted"))),
    compaction: compaction(new EventModel(SILENT), files),
  });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  await client.send({ method: "compact" });
  await hearUntil(client, "compact_start");
  using late = await served.connect();
  const { status, compacting } = late.snapshot.data;
  deepEqual([client.snapshot.data.compacting, status, compacting], [undefined, "running", true]);
  await client.send(userInput("now"));
  equal(await hear(client), "error already_running: Pod is already executing a turn");
  await client.send({ method: "notify", params: { message: "ping" } });
  await client.send({ method: "cancel" });
  deepEqual(await hearUntil(client, "status"), [
    "compact_failed",
    "error internal: Cancelled",
    "status running",
  ]);
  equal(await hear(client), "invoke_start notify");
  using after = await served.connect();
  equal(after.snapshot.data.compacting, undefined);
});

Deno.test("10.15-13 40.12-36 nothing to compact is an alert and nothing else", async () => {
  await using files = await FileWorkspace.create();
  await using served = await ServedPod.start({
    model: new EventModel(),
    compaction: compaction(new EventModel(), files),
  });
  using client = await served.connect();
  await client.send({ method: "compact" });
  equal(
    await hear(client),
    "alert warn compactor: manual compact skipped: no conversation history to compact",
  );
});
