/**
 * A model API in a process of its own, whose every answer is a text in so many deltas: DELTAS, then the
 * size of the pieces of the body in bytes, or `event`. Prints its URL; ends with its standard input.
 *
 * @module
 */
import { startModelServer } from "../support/model_server.ts";

const [deltas = "1", chunking = "event"] = Deno.args;
const text = Array<string>(Number(deltas)).fill("some words ");
await using server = startModelServer(() => ({
  text,
  chunking: chunking === "event" ? "event" : Number(chunking),
}));
await Deno.stdout.write(new TextEncoder().encode(`${server.url}\n`));
await Deno.stdin.readable.pipeTo(new WritableStream());
