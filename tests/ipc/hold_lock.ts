/**
 * Takes a lock, says so, and holds it for a minute or until it is killed. Argument: the lock's path.
 *
 * @module
 */
import { sleep } from "../../lib/base/mod.ts";
import { withLock } from "../../lib/ipc/lock_file.ts";
import { printLine } from "./print_line.ts";

const [path = ""] = Deno.args;
await withLock(path, 10_000, async () => {
  printLine("held");
  await sleep(60_000);
});
