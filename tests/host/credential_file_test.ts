import { openCredential } from "../../lib/host/credential_file.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";
import { CodexHome } from "../support/codex_home.ts";
import { inTime } from "../support/in_time.ts";
import { startHelper } from "../ipc/runtime.ts";

Deno.test("a credential file is read, replaced whole, and for its owner only then", async () => {
  await using codex = await CodexHome.create();
  const file = openCredential(codex.authPath);
  equal(await file.read(), await Deno.readTextFile(codex.authPath));
  await Deno.chmod(codex.authPath, 0o666);
  const { ino } = await Deno.stat(codex.authPath);
  await file.write("{}");
  const after = await Deno.stat(codex.authPath);
  deepEqual([await file.read(), (after.mode ?? 0) & 0o777], ["{}", 0o600]);
  equal(after.ino === ino, false);
  await Deno.remove(codex.authPath);
  equal(await file.read(), null);
  await rejects(file.write("{}"), Deno.errors.NotFound);
});

Deno.test("20.12-W18 the lock of a pod that was killed is free", async () => {
  await using codex = await CodexHome.create();
  await using holder = startHelper("./hold_lock.ts", `${codex.authPath}.lock`);
  equal(await holder.line(), "held");
  const file = openCredential(codex.authPath);
  const order: string[] = [];
  const won = file.withLock(() => Promise.resolve(order.push("won")));
  await file.read();
  order.push("killed");
  await holder.kill();
  await inTime("the lock", won);
  deepEqual(order, ["killed", "won"]);
});
