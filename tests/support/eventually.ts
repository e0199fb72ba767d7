import { sleep } from "../../lib/base/mod.ts";

const GIVE_UP_MS = 20_000;
const LOOK_EVERY_MS = 10;

/**
 * Resolves when `check` holds.
 *
 * @param what names the condition in the error
 * @throws {Error} when it does not come true
 */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const until = performance.now() + GIVE_UP_MS;
  while (!await check()) {
    if (performance.now() > until) throw new Error(`it never came true that ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Resolves when there is something at `path`. */
export async function appeared(path: string): Promise<void> {
  await eventually(`${path} exists`, async () => {
    try {
      await Deno.lstat(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}
