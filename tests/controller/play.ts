import { RawClient } from "../support/raw_client.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { inTime } from "../support/in_time.ts";
import type { ServedPod } from "../support/served_pod.ts";

/**
 * Plays one side of a conversation and compares the other, line by line and in order:
 * `C> ` a client writes it, `D< ` this client alone is answered, and the lines of the story (`L: `, `S< `,
 * `U> `). Another client, which only listens, hears exactly the `S< ` lines.
 */
export async function play(served: ServedPod, script: string): Promise<void> {
  using client = await RawClient.connect(served.path);
  using bystander = await RawClient.connect(served.path);
  for (const each of [client, bystander]) await each.readUntil('"snapshot"');
  const start = served.story.length;
  const lines = script.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  for (const line of lines) {
    const text = line.slice(3);
    if (line.startsWith("C> ")) await client.write(`${text}\n`);
    if (/^[SD]< /.test(line)) equal(await nextLine(served, client), text);
  }
  const story = served.story.slice(start).map((line) => served.plain(line));
  deepEqual(story, lines.filter((line) => /^(L:|S<|U>) /.test(line)));
  for (const line of lines) {
    if (line.startsWith("S< ")) equal(await nextLine(served, bystander), line.slice(3));
  }
}

async function nextLine(served: ServedPod, client: RawClient): Promise<string | null> {
  const line = await inTime("the next line", client.readLine());
  // What is wrong with it is said in words of the engine.
  return line && served.plain(line).replace(/(?<=invalid method: )[^"]*/, "…");
}
