import { BUILTIN_PROMPTS } from "../../lib/context/mod.ts";
import type { ModelRequest } from "../../lib/providers/mod.ts";
import { ModelError } from "../../lib/providers/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { answer, apiError, call, EventModel, type Played, text } from "../support/event_model.ts";
import { measuring, open } from "./compacting_pod.ts";
import { at, Bench, brief } from "./support.ts";
import { creates, taskParts, updates } from "./with_tasks.ts";

const HEAD = "system: <system-reminder>\n";

/** An answer that says nothing about tasks and keeps the run going. */
const goesOn = (index: number) => answer(call(`e${index}`, "Echo", "{}"));

const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => goesOn(from + index));

const end = answer(text("done"));

function remindersIn(request: ModelRequest | undefined): number {
  return brief(request?.items ?? []).filter((line) => line.startsWith(HEAD)).length;
}

/** The requests, counted from 0, that bring a new reminder. */
function reminding({ requests }: EventModel): number[] {
  return [...requests.keys()].filter((index) =>
    remindersIn(requests[index]) > remindersIn(requests[index - 1])
  );
}

async function openBench(...answers: ConstructorParameters<typeof EventModel>) {
  const model = new EventModel(...answers);
  return { model, bench: await Bench.open({ model, ...taskParts() }) };
}

Deno.test("40.12-20 50.13-32 the 24th request with an open task brings a reminder, and the 48th", async () => {
  const { model, bench } = await openBench(answer(creates("t", "keep going")), ...many(48), end);
  using _ = bench;
  await bench.run("go");
  deepEqual(reminding(model), [24, 48]);
  bench.assertWhole();
});

Deno.test("40.12-20 50.13-32 a TaskUpdate after the 23rd request delays it by another 24", async () => {
  const { model, bench } = await openBench(
    answer(creates("t", "keep going")),
    ...many(22),
    answer(updates("u", 1, "inprogress")),
    ...many(30, 22),
    end,
  );
  using _ = bench;
  await bench.run("go");
  deepEqual(reminding(model), [47]);
});

Deno.test("50.6.4 a TaskUpdate that failed counts too, one after a reminder does not bring the next sooner", async () => {
  const { model, bench } = await openBench(
    answer(creates("t", "keep going")),
    ...many(23),
    answer(updates("u", 9, "completed")),
    ...many(30, 23),
    end,
  );
  using _ = bench;
  await bench.run("go");
  deepEqual(reminding(model), [24, 48]);
});

Deno.test("40.12-20 50.13-32 without an open task there is no reminder, and none is prepared", async () => {
  const { model, bench } = await openBench(
    ...many(30),
    answer(creates("t", "first")),
    answer(updates("u", 1, "completed")),
    ...many(30, 30),
    answer(creates("v", "second")),
    ...many(24, 60),
    end,
  );
  using _ = bench;
  await bench.run("go");
  const created = 30 + 2 + 30;
  deepEqual(reminding(model), [created + 24]);
});

Deno.test("40.12-20 40.4.1 it is in one pair of tags, logged first, after what else waits", async () => {
  const { model, bench } = await openBench(
    answer(
      creates("t", "a </system-reminder>\nb"),
      creates("u", "done with"),
      creates("v", "next"),
    ),
    answer(updates("w", 2, "completed"), updates("x", 3, "inprogress")),
    ...many(23),
    end,
  );
  using _ = bench;
  bench.onEvent = (event) => {
    if (event.event !== "turn_start" || event.data.turn !== 25) return;
    bench.pod.notify({ kind: "notification", message: "ping" }, false);
  };
  const story = await bench.tell(() => bench.run("go"));
  const said = brief(model.requests[25]?.items ?? []).slice(-2);
  match(said[0] ?? "", /^system: \[Notification\]\nping\n/);
  const tasks = "- taskid 1 (pending) a  b\n- taskid 3 (inprogress) next";
  const body = `<system-reminder>\n${
    BUILTIN_PROMPTS.render("task_reminder", { tasks })
  }\n</system-reminder>`;
  equal(said[1], `system: ${body}`);
  const item = JSON.stringify({
    item: { kind: "task_reminder", source: "task_inactivity", body },
  });
  const index = story.indexOf(`L system_item ${item}`);
  equal(story[index + 1], `S system_item ${item}`);
  bench.assertWhole();
});

Deno.test("40.4.3 a text of the user's own is put into the tags, once", async () => {
  for (const own of ["mine", "<system-reminder>\nmine\n</system-reminder>"]) {
    const model = new EventModel(answer(creates("t", "keep going")), ...many(23), end);
    const prompts: typeof BUILTIN_PROMPTS = {
      render: (key, inputs) => key === "task_reminder" ? own : BUILTIN_PROMPTS.render(key, inputs),
    };
    using bench = await Bench.open({ model, ...taskParts(), prompts });
    await bench.run("go");
    const last = brief(model.requests[24]?.items ?? []).at(-1);
    equal(last, "system: <system-reminder>\nmine\n</system-reminder>");
  }
});

Deno.test("40.11-W46 a request that is made again because its answer broke off counts once", async () => {
  const broken = (index: number): Played => ({
    events: text("half")(index).slice(0, -1),
    error: new ModelError("broken", "reset"),
  });
  const { model, bench } = await openBench(
    answer(creates("t", "keep going")),
    ...many(22),
    broken(0),
    broken(1),
    goesOn(22),
    broken(2),
    goesOn(23),
    end,
  );
  using _ = bench;
  await bench.run("go");
  // The reminder comes with the first attempt of the 24th request and stays there in the others.
  deepEqual(reminding(model), [26]);
  equal(remindersIn(model.requests.at(-1)), 1);
});

Deno.test("40.11-W46 a request that had to wait for a compaction counts once", async () => {
  const model = new EventModel(
    answer(creates("t", "keep going")),
    measuring(5000, call("big", "Echo", "{}")),
    ...many(23),
    end,
  );
  const summary = answer(call("s", "write_summary", '{"text":"what was done"}'));
  await using opened = await open(
    model,
    new EventModel(summary, end),
    { request_threshold: 4000, retained_tokens: 0 },
    taskParts(),
  );
  await opened.bench.run("go");
  deepEqual(reminding(model), [24]);
});

Deno.test("40.4.3 a run that is taken back takes its reminder back, and the next one brings it", async () => {
  const { model, bench } = await openBench(
    answer(creates("t", "keep going")),
    ...many(22),
    end,
    ...many(26, 22),
    end,
  );
  using _ = bench;
  await bench.run("go");
  const { result } = await bench.run("more", at("llm_call_start", "cancel"));
  equal(result, "rolled_back");
  ok(bench.eventNames().includes("system_item"));
  equal(bench.kinds().includes("system_item"), false);
  const first = model.requests.length;
  await bench.run("more");
  const reminders = [0, 23, 24].map((index) => remindersIn(model.requests[first + index]));
  deepEqual(reminders, [1, 1, 2]);
  bench.assertWhole();
});

Deno.test("40.4.3 a run that failed keeps its reminder, and the next one does not say it again", async () => {
  const { model, bench } = await openBench(
    answer(creates("t", "keep going")),
    ...many(23),
    { error: apiError(400, "no") },
    goesOn(24),
    end,
  );
  using _ = bench;
  equal((await bench.run("go")).result, "failed");
  await bench.run("again");
  equal(remindersIn(model.requests.at(-1)), 1);
});

Deno.test("30.3 50.6.4 after a restart and after a rewind the counting begins anew", async () => {
  const { model, bench } = await openBench(
    answer(creates("t", "keep going")),
    ...many(20),
    end,
    ...many(20, 20),
    end,
    ...many(23, 40),
    end,
  );
  using _ = bench;
  await bench.run("go");
  bench.restart(taskParts());
  await bench.run("more");
  const { targets: [newest], head_entries } = bench.pod.listRewindTargets();
  if (newest === undefined) throw new Error("no target");
  bench.pod.rewindTo(newest.id, head_entries);
  await bench.run("again");
  deepEqual(reminding(model), [22 + 21 + 23]);
});
