import { AlertBuffer } from "../../lib/controller/mod.ts";
import type { Event } from "../../lib/protocol/mod.ts";
import { deepEqual } from "../support/assert.ts";
import { ServedPod } from "../support/served_pod.ts";

function alert(number: number): Extract<Event, { event: "alert" }> {
  const data = {
    level: "warn",
    source: "pod",
    message: `${number}`,
    timestamp_ms: number,
  } as const;
  return { event: "alert", data };
}

Deno.test("only alerts are kept, in order", () => {
  const buffer = new AlertBuffer();
  deepEqual(buffer.alerts, []);
  buffer.add(alert(0));
  buffer.add({ event: "shutdown" });
  buffer.add(alert(1));
  deepEqual(buffer.alerts, [alert(0), alert(1)]);
});

Deno.test("10.15-39 of 562 alerts the newest 512 are replayed before the snapshot, later ones come live", async () => {
  await using served = await ServedPod.start({ model: "answer = []" });
  for (let number = 0; number < 562; number++) served.pod.publish(alert(number));
  using client = await served.connect();
  deepEqual(client.alerts, Array.from({ length: 512 }, (_, index) => alert(index + 50)));
  served.pod.publish(alert(562));
  deepEqual(await client.receive(), alert(562));
  using late = await served.connect();
  deepEqual(late.alerts.at(-1), alert(562));
});
