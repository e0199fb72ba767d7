/**
 * Reads the log of a segment once and prints how long that took, in milliseconds, and by how many bytes
 * the memory of the process grew. Arguments: `restore` as a pod does, or `parse`: each line as JSON and no
 * more; then the sessions directory, session and segment.
 */
import { replay, SessionStore } from "../../lib/session/mod.ts";
import { peakMemoryMb } from "../support/marked_processes.ts";

const [how, directory = "", session = "", segment = ""] = Deno.args;
const store = new SessionStore(directory);
const before = peakMemoryMb(Deno.pid);
const startedAt = performance.now();
const restored = how === "restore" ? restore() : parse();
const ms = performance.now() - startedAt;
const grownMb = peakMemoryMb(Deno.pid) - before;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ ms, grownMb, restored })));

function restore(): number {
  const { log, kept } = store.openSegment(session, segment, replay);
  log.close();
  return kept.history.length;
}

function parse(): number {
  const lines = Deno.readTextFileSync(store.segmentPath(session, segment)).trimEnd().split("\n");
  for (const line of lines) JSON.parse(line);
  return lines.length - 1;
}
