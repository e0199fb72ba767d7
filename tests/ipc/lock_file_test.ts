import { withLock } from "../../lib/ipc/lock_file.ts";
import { deepEqual, equal, ok, rejects } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { modeOf, startHelper } from "./runtime.ts";

const LONG_MS = 20_000;

async function withLockPath(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/lock`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether this process has the file open. */
function isOpen(path: string): boolean {
  return [...Deno.readDirSync("/proc/self/fd")].some(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === path;
    } catch (error) {
      // The descriptor of this very listing is closed by now.
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

Deno.test("bodies under one lock run one after the other, also within one process", async () => {
  await withLockPath(async (path) => {
    let running = 0;
    const done: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) =>
      withLock(path, LONG_MS, async () => {
        running++;
        await Deno.lstat(path);
        equal(running--, 1);
        done.push(number);
      })
    ));
    deepEqual(done.sort(), [1, 2, 3, 4]);
  });
});

Deno.test("a lock is free again when its body has failed", async () => {
  await withLockPath(async (path) => {
    const failure = new Error("no");
    await rejects(withLock(path, LONG_MS, () => Promise.reject(failure)), failure);
    equal(await withLock(path, LONG_MS, () => Promise.resolve(7)), 7);
  });
});

Deno.test("SIGKILL of the holder frees the lock", async () => {
  await withLockPath(async (path) => {
    await using holder = startHelper("./hold_lock.ts", path);
    equal(await holder.line(), "held");
    const order: string[] = [];
    const won = withLock(path, LONG_MS, () => Promise.resolve(order.push("won")));
    await rejects(withLock(path, 50, () => Promise.resolve()), { code: "lock_timeout" });
    order.push("killed");
    await holder.kill();
    await won;
    deepEqual(order, ["killed", "won"]);
    await eventually("the lock that came too late is closed", () => !isOpen(path));
  });
});

Deno.test("70.9-38 waiting is bounded: the error names the holder and says what to do", async () => {
  await withLockPath(async (path) => {
    await using holder = startHelper("./hold_lock.ts", path);
    equal(await holder.line(), "held");
    await rejects(withLock(path, 100, () => Promise.resolve()), {
      name: "LockError",
      code: "lock_timeout",
      message: `${path} was not free within 0.1 s; process ${holder.pid} may hold it. ` +
        "Try again; if that process hangs, end it",
    });
    await holder.kill();
    await eventually("the lock that came too late is closed", () => !isOpen(path));
  });
});

Deno.test("a lock that is won too late is released at once, its body never run", async () => {
  await withLockPath(async (path) => {
    await using holder = startHelper("./hold_lock.ts", path);
    equal(await holder.line(), "held");
    let ran = false;
    const late = withLock(path, 50, () => Promise.resolve(ran = true));
    await rejects(late, { code: "lock_timeout" });
    ok(isOpen(path), "it cannot be called off");
    await holder.kill();
    await eventually("the lock that came too late is closed", () => !isOpen(path));
    await withLock(path, LONG_MS, () => Promise.resolve());
    equal(ran, false);
  });
});

Deno.test("a lock file is for this user only, and stays", async () => {
  await withLockPath(async (path) => {
    await withLock(path, LONG_MS, () => Promise.resolve());
    equal(modeOf(path), 0o600);
    equal(await Deno.readTextFile(path), `${Deno.pid}`);
  });
});
