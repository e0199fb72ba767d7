import { deepEqual, equal } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { inTime } from "../support/in_time.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { untilIdle, userInput } from "../support/talk.ts";

Deno.test("10.15-42 status.json and pid tell what the pod does, until it has gone", async () => {
  for (const end of ["SIGINT", "SIGTERM", "shutdown"] as const) {
    const held = Promise.withResolvers<{ text: string }>();
    await using server = startModelServer(() => held.promise);
    await using workspace = await Workspace.create();
    await using pod = await ServingPod.start(workspace, "seen", [], { env: anthropicAt(server) });
    const directory = `${workspace.home}/run/seen`;
    const status = async () => JSON.parse(await Deno.readTextFile(`${directory}/status.json`));
    const { state, pod_name, segment_id } = await status();
    deepEqual([state, pod_name, typeof segment_id], ["idle", "seen", "string"]);
    equal(await Deno.readTextFile(`${directory}/pid`), `${pod.process.pid}`);

    using client = await pod.connect();
    await client.send(userInput("go"));
    await server.request(0);
    equal((await status()).state, "running");
    held.resolve({ text: "Done." });
    await inTime("idle", untilIdle(client));
    deepEqual(await status(), { state: "idle", pod_name: "seen", segment_id });

    if (end === "shutdown") await client.send({ method: "shutdown" });
    else pod.process.kill(end);
    equal((await pod.process.finished).code, 0);
    await eventually(
      "the directory is gone",
      () => Deno.stat(directory).then(() => false, () => true),
    );
  }
});
