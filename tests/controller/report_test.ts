import type { PodEvent } from "../../lib/protocol/mod.ts";
import { deepEqual, match, ok } from "../support/assert.ts";
import { answer, apiError, call, EventModel, text } from "../support/event_model.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half } from "./hanging_tool.ts";
import { hearSoFar, hearUntil, notification, userInput } from "./hear.ts";

const FAILURE = { error: apiError(400, "no") };

Deno.test("10.15-36 a run and a resume that finish are reported", async () => {
  await using served = await ServedPod.start({
    model: new EventModel(answer(text("ok")), half("half"), answer(text("ok"))),
  });
  using client = await served.connect();
  await client.send(userInput("one"));
  await hearUntil(client, "status idle");
  await client.send(userInput("two"));
  await hearUntil(client, "text_delta half");
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send({ method: "resume" });
  await hearUntil(client, "status idle");
  const [first, , last] = reports(served);
  deepEqual([first, last], [
    { kind: "turn_ended", pod_name: "test" },
    { kind: "turn_ended", pod_name: "test" },
  ]);
});

Deno.test("10.15-36 a run that fails is reported with its message", async () => {
  await using served = await ServedPod.start({ model: new EventModel(FAILURE) });
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  deepEqual(reports(served), [
    { kind: "errored", pod_name: "test", message: "Client error: API error (status: 400): no" },
  ]);
});

Deno.test("10.15-36 notification runs and refusals are nobody's business upward", async () => {
  await using served = await ServedPod.start({
    model: new EventModel(answer(text("ok")), FAILURE),
  });
  using client = await served.connect();
  for (const end of ["run_end finished", "error provider_error"]) {
    await client.send(notification("ping"));
    const heard = await hearUntil(client, "status idle");
    ok(heard.at(-2)?.startsWith(end));
  }
  await client.send({ method: "resume" });
  await client.send(userInput(""));
  await hearSoFar(client);
  deepEqual(reports(served), []);
});

Deno.test("10.14 W-21 a parent hears of the ends that are none of success", async () => {
  const look = new CountingTool("Look", () => ({ summary: "seen" }));
  await using served = await ServedPod.start({
    model: new EventModel(half("half"), half("half"), { stall: true }, answer(call("c", "Look"))),
    tools: [look],
    maxTurns: 1,
  });
  using client = await served.connect();
  for (
    const [shown, method] of [["text_delta", "cancel"], ["text_delta", "pause"], [
      "llm_call_start",
      "cancel",
    ]] as const
  ) {
    await client.send(userInput("go"));
    await hearUntil(client, shown);
    await client.send({ method });
    await hearUntil(client, "status");
  }
  await client.send(userInput("go"));
  await hearUntil(client, "status idle");
  const messages = reports(served).map((report) => report.kind === "errored" && report.message);
  deepEqual(messages, [
    "Cancelled",
    "the turn was paused; it goes on when the pod is resumed",
    "the turn was stopped before it had begun, and its input was taken back",
    "the turn was ended by its turn limit",
  ]);
});

Deno.test("10.6.3 the end of the pod is reported, whatever it has done", async () => {
  await using served = await ServedPod.start({ model: new EventModel() });
  await served.close();
  deepEqual(reports(served), [{ kind: "shut_down", pod_name: "test" }]);
  match(served.story.at(-2) ?? "", /shutdown/);
});

/** What the parent was told. */
function reports(served: ServedPod): PodEvent[] {
  return served.story
    .filter((line) => line.startsWith("U> "))
    .map((line) => JSON.parse(line.slice(3)));
}
