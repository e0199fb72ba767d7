/** How a file that is replaced whole is made. */
export interface WriteFileAtomicOptions {
  /** Permission bits of the new file, before the umask. */
  mode?: number;
  /** Whether the new content must outlive a power cut, which takes two waits for the disk. @default true */
  durable?: boolean;
}

/**
 * Replaces a file as a whole: readers, and the next start after a crash, find either the old content or
 * the new one. The text goes to a temporary file beside it, is synced to the disk, and takes its place by
 * a rename, which is synced too; without `durable` the file may be empty after a power cut.
 *
 * @throws {Deno.errors} what the operating system says; the old file is then untouched.
 */
export async function writeFileAtomic(
  path: string,
  text: string,
  { mode, durable = true }: WriteFileAtomicOptions = {},
): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await writeNew(temporary, new TextEncoder().encode(text), { mode, durable });
    await Deno.rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
  if (durable) await syncFolder(path);
}

async function writeNew(
  path: string,
  bytes: Uint8Array,
  { mode, durable }: WriteFileAtomicOptions,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  for (let done = 0; done < bytes.byteLength;) done += await file.write(bytes.subarray(done));
  if (durable) await file.sync();
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Makes a rename last through a power cut: the folder's own entry is data too. */
async function syncFolder(path: string): Promise<void> {
  const slash = path.lastIndexOf("/");
  using folder = await Deno.open(slash < 0 ? "." : path.slice(0, slash) || "/");
  await folder.sync();
}
