import { PodError, sleep } from "../base/mod.ts";

/** A lock that others did not give up in time; code `lock_timeout`. */
export class LockError extends PodError {
  override readonly name = "LockError";
}

/**
 * Does something while no other process does it under the same lock: `flock` on a file that is created
 * when it is missing and never removed. A process that ends frees its lock. Waiting leaves the event
 * loop free and is bounded. A wait cannot be called off, so a lock that is won too late is released at
 * once (design decision 31); until then it keeps this process from ending by itself.
 *
 * @throws {LockError} naming who may hold the lock
 * @throws what the operating system says, and what `body` throws.
 */
export async function withLock<T>(
  path: string,
  timeoutMs: number,
  body: () => Promise<T>,
): Promise<T> {
  const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  const won = file.lock(true);
  if (!await settlesWithin(won, timeoutMs)) {
    won.then(() => release(file), () => file.close());
    throw await notWon(path, timeoutMs);
  }
  try {
    await won;
    await signLock(file);
    return await body();
  } finally {
    release(file);
  }
}

async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = new AbortController();
  try {
    return await Promise.race([
      promise.then(() => true, () => true),
      sleep(timeoutMs, settled.signal).then(() => false),
    ]);
  } finally {
    settled.abort();
  }
}

/** Leaves our pid in the file, for those who wait in vain. */
async function signLock(file: Deno.FsFile): Promise<void> {
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`${Deno.pid}`));
}

/** Unlocks before closing: a program that is being started this moment still shares the descriptor. */
function release(file: Deno.FsFile): void {
  file.unlockSync();
  file.close();
}

async function notWon(path: string, timeoutMs: number): Promise<LockError> {
  const pid = await Deno.readTextFile(path);
  const holder = pid === "" ? "another pod" : `process ${pid}`;
  return new LockError(
    "lock_timeout",
    `${path} was not free within ${timeoutMs / 1000} s; ${holder} may hold it. Try again; ` +
      "if that process hangs, end it",
  );
}
