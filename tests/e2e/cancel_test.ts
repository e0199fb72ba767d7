import { deepEqual, equal, ok } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { cancel, HOLDS, runInto } from "../support/holds.ts";
import { inTime } from "../support/in_time.ts";
import { processesWith } from "../support/marked_processes.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type RecordedRequest, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { untilIdle, userInput } from "../support/talk.ts";
import { readAnthropic } from "../support/wire_rules.ts";

for (const hold of HOLDS) {
  Deno.test(`10.15-24 cancel ${hold.name}: idle, nothing is left, and the pod goes on`, async () => {
    await using server = startModelServer((request, index) =>
      lastText(request) === "hold" ? hold.answer(index) : { text: "Done." }
    );
    await using workspace = await Workspace.create();
    await using pod = await ServingPod.start(workspace, "held", [], { env: anthropicAt(server) });
    using client = await pod.connect();

    for (let round = 0; round < 2; round++) {
      await runInto(hold, client, workspace);
      const events = await inTime("idle after a cancel", cancel(client));
      const [end] = events.slice(-2);
      ok(end?.event === "run_end" || end?.event === "error");
      if (end.event === "run_end") equal(end.data.result, "rolled_back");
      else equal(end.data.message, "Cancelled");
      await eventually("only the pod is left", () => {
        return processesWith(workspace.root).every((line) => parseInt(line) === pod.process.pid);
      });
      await client.send(userInput("go on"));
      const [next] = (await inTime("the next run", untilIdle(client))).slice(-2);
      deepEqual(next, { event: "run_end", data: { result: "finished" } });
    }
    for (const request of server.requests) readAnthropic(request);
  });
}

function lastText(request: RecordedRequest): string | undefined {
  const item = readAnthropic(request).items.findLast(({ kind }) => kind === "text");
  return item?.kind === "text" ? item.text : undefined;
}
