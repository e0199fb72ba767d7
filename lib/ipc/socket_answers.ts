/**
 * Whether a process listens at a Unix socket. The file of one that was killed stays behind and refuses.
 *
 * @throws what the operating system says when that is not clear, such as a socket of another user.
 */
export async function socketAnswers(path: string): Promise<boolean> {
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    connection.close();
    return true;
  } catch (error) {
    // So many wait to be accepted that no more may queue.
    if (error instanceof Deno.errors.WouldBlock) return true;
    const isNobodyThere = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.ConnectionRefused ||
      // It has stopped listening while we stood in its queue.
      error instanceof Deno.errors.ConnectionReset;
    if (isNobodyThere) return false;
    throw error;
  }
}
