/**
 * A program that serves a pod at the socket named until its standard input ends, and prints `ready` and
 * what goes wrong, a line each. For each `resume` it says 100 times 16 KB.
 */
import { PodServer } from "../../lib/ipc/mod.ts";
import { snapshotEvent } from "./test_pod.ts";

const text = "x".repeat(16_000);

await using server = await PodServer.listen({
  path: Deno.args[0] ?? "",
  prelude: () => [snapshotEvent("")],
  onMethod: ({ method }) => {
    if (method !== "resume") return;
    for (let count = 0; count < 100; count++) {
      server.publish({ event: "text_delta", data: { text } });
    }
  },
  onError: (error) => print(String(error)),
});
print("ready");
await new Response(Deno.stdin.readable).arrayBuffer();

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
