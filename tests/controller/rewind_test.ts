import { deepEqual, equal } from "../support/assert.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { hearUntil, userInput } from "./hear.ts";

Deno.test("10.15-41 clients list targets, go back, and see the same conversation as one that comes later", async () => {
  const model = new EventModel(
    answer(text("one")),
    answer(call("c1", "Echo")),
    answer(text("two")),
    answer(text("three")),
  );
  await using served = await ServedPod.start({ model });
  using bystander = await served.connect();
  using client = await served.connect();
  for (const input of ["first", "second"]) {
    await client.send(userInput(input));
    await hearUntil(client, "status idle");
  }
  await hearUntil(bystander, "status idle");
  await hearUntil(bystander, "status idle");

  await client.send({ method: "list_rewind_targets" });
  const listed = await client.receive();
  if (listed?.event !== "rewind_targets") throw new Error(`got ${listed?.event}`);
  const { head_entries, targets: [newest, oldest] } = listed.data;
  deepEqual([newest?.preview, oldest?.preview], ["second", "first"]);
  if (newest === undefined) throw new Error("no target");
  await client.send({
    method: "rewind_to",
    params: { target: newest.id, expected_head_entries: head_entries - 1 },
  });
  deepEqual(await hearUntil(client, "error"), [
    "error invalid_request: session head changed since picker opened " +
    `(expected ${head_entries - 1}, current ${head_entries})`,
  ]);

  await client.send({
    method: "rewind_to",
    params: { target: newest.id, expected_head_entries: head_entries },
  });
  const applied = await client.receive();
  if (applied?.event !== "rewind_applied") throw new Error(`got ${applied?.event}`);
  deepEqual(await hearUntil(client, "status"), ["status idle"]);
  deepEqual(await hearUntil(bystander, "status"), ["rewind_applied", "status idle"]);
  deepEqual(applied.data.input, [{ kind: "text", content: "second" }]);
  equal(applied.data.summary.tool_side_effect_warning, true);
  using late = await served.connect();
  deepEqual(late.snapshot.data.entries, applied.data.entries);

  await client.send(userInput("another"));
  deepEqual((await hearUntil(client, "run_end")).at(-1), "run_end finished");
});
