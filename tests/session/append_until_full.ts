/**
 * Appends pairs of entries until the disk takes no more; a test runs it with a limit on file sizes.
 * Prints what it was told and what it believes to have written.
 *
 * @module
 */
import { messageOf } from "../../lib/base/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { extension, said, SEGMENT, SESSION, start } from "./support.ts";

const [root = ""] = Deno.args;
const log = await new SessionStore(root).createSegment(SESSION, SEGMENT, [start()]);
try {
  for (;;) log.append(said("short"), extension("long", "x".repeat(700)));
} catch (error) {
  const report = {
    message: messageOf(error),
    session: SESSION,
    segment: SEGMENT,
    length: log.length,
  };
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(report)));
}
