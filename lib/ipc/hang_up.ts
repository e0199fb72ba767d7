import type { ByteSource } from "./read_lines.ts";

/** How a socket says that the other side, or this one, has closed it. */
const HANG_UPS = [
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.NotConnected,
  Deno.errors.UnexpectedEof,
  Deno.errors.Interrupted,
  Deno.errors.BadResource,
];

const NOTHING = new Uint8Array(0);

/** Whether a failed read or write means no more than that the connection is over (spec 10 §1.4). */
export function isHangUp(error: unknown): boolean {
  return HANG_UPS.some((hangUp) => error instanceof hangUp);
}

/**
 * Whether the other side has closed the connection in both directions. The end of its data alone does not
 * tell: a client may send its last line and go on to listen. Writing nothing fails only in the first case.
 *
 * @throws what the write threw, if it is no hang-up.
 */
export async function hasHungUp(connection: Deno.Conn): Promise<boolean> {
  try {
    await connection.write(NOTHING);
    return false;
  } catch (error) {
    if (isHangUp(error)) return true;
    throw error;
  }
}

/** A connection whose data ends, rather than fails, when it is closed by either side. */
export function untilHangUp(connection: Deno.Conn): ByteSource {
  return {
    async read(into) {
      try {
        return await connection.read(into);
      } catch (error) {
        if (isHangUp(error)) return null;
        throw error;
      }
    },
  };
}
